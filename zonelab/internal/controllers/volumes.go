package controllers

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"zonefleet.io/zonelab/internal/api"
)

// className is both the StorageClass and what its volumes are told from others by.
const className = "zonelab"

const provisioner = "zonefleet.io/zonelab"

// StorageClass is the cluster's default class.
func StorageClass() api.Object {
	return api.Object{
		"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
		"metadata": api.Object{"name": className,
			"annotations": api.Object{"storageclass.kubernetes.io/is-default-class": "true"}},
		"provisioner": provisioner, "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
	}
}

// volumes makes a folder of the host for every claim of the class: each node can mount it, so it is ReadWriteMany.
type volumes struct {
	client *api.Client
	dir    string
}

func (v *volumes) provision(ctx context.Context) error {
	var list struct {
		Items []struct {
			Metadata struct{ Name, Namespace, UID string }
			Spec     struct {
				StorageClassName string
				VolumeName       string
				AccessModes      []string
				Resources        struct{ Requests api.Object }
			}
		}
	}
	if err := v.client.Get(ctx, "/api/v1/persistentvolumeclaims", &list); err != nil {
		return err
	}
	for _, claim := range list.Items {
		if claim.Spec.StorageClassName != className || claim.Spec.VolumeName != "" {
			continue
		}
		name := "pvc-" + claim.Metadata.UID
		folder := filepath.Join(v.dir, name)
		// any user of a pod may write: a host folder gets no fsGroup
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(folder, 0o777); err != nil {
			return err
		}
		if err := v.client.Create(ctx, "/api/v1/persistentvolumes", api.Object{
			"apiVersion": "v1", "kind": "PersistentVolume",
			"metadata": api.Object{"name": name,
				"annotations": api.Object{"pv.kubernetes.io/provisioned-by": provisioner}},
			"spec": api.Object{
				"capacity": claim.Spec.Resources.Requests, "accessModes": claim.Spec.AccessModes,
				"storageClassName": className, "persistentVolumeReclaimPolicy": "Delete",
				"hostPath": api.Object{"path": folder, "type": "Directory"},
				"claimRef": api.Object{"apiVersion": "v1", "kind": "PersistentVolumeClaim",
					"namespace": claim.Metadata.Namespace, "name": claim.Metadata.Name, "uid": claim.Metadata.UID},
			},
		}); err != nil {
			return fmt.Errorf("claim %s/%s: %w", claim.Metadata.Namespace, claim.Metadata.Name, err)
		}
	}
	return nil
}

// reclaim removes volumes whose claims are gone.
func (v *volumes) reclaim(ctx context.Context) error {
	var list struct {
		Items []struct {
			Metadata struct {
				Name        string
				Annotations map[string]string
			}
			Spec   struct{ PersistentVolumeReclaimPolicy string }
			Status struct{ Phase string }
		}
	}
	if err := v.client.Get(ctx, "/api/v1/persistentvolumes", &list); err != nil {
		return err
	}
	for _, volume := range list.Items {
		ours := volume.Metadata.Annotations["pv.kubernetes.io/provisioned-by"] == provisioner
		released := volume.Status.Phase == "Released" || volume.Status.Phase == "Failed"
		if !ours || !released || volume.Spec.PersistentVolumeReclaimPolicy != "Delete" {
			continue
		}
		if err := v.client.Delete(ctx, "/api/v1/persistentvolumes/"+url.PathEscape(volume.Metadata.Name)); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(v.dir, volume.Metadata.Name)); err != nil {
			return err
		}
	}
	return nil
}
