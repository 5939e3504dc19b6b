package controllers

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"

	"zonefleet.io/zonelab/internal/api"
)

// balancers gives every Service of type LoadBalancer an address; kube-proxy on each machine does the rest.
type balancers struct {
	client *api.Client
	pool   netip.Prefix
}

type service struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct{ Type string }
	Status   struct {
		LoadBalancer struct{ Ingress []struct{ IP string } }
	}
}

func (b *balancers) assign(ctx context.Context) error {
	var list struct{ Items []service }
	if err := b.client.Get(ctx, "/api/v1/services", &list); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, s := range list.Items {
		for _, ingress := range s.Status.LoadBalancer.Ingress {
			taken[ingress.IP] = true
		}
	}
	for _, s := range list.Items {
		var ingress []api.Object
		switch has := len(s.Status.LoadBalancer.Ingress) > 0; {
		case s.Spec.Type == "LoadBalancer" && !has:
			address, err := free(b.pool, taken)
			if err != nil {
				return err
			}
			taken[address] = true
			ingress = []api.Object{{"ip": address}}
		case s.Spec.Type != "LoadBalancer" && has:
			ingress = []api.Object{}
		default:
			continue
		}
		path := fmt.Sprintf("/api/v1/namespaces/%s/services/%s/status",
			url.PathEscape(s.Metadata.Namespace), url.PathEscape(s.Metadata.Name))
		if err := b.client.Patch(ctx, path, api.Object{
			"status": api.Object{"loadBalancer": api.Object{"ingress": ingress}},
		}); err != nil && !api.Is(err, 404) {
			return err
		}
	}
	return nil
}

// free is the first address of the pool that nobody has, the network's own and the broadcast address left out.
func free(pool netip.Prefix, taken map[string]bool) (string, error) {
	for address := pool.Addr().Next(); pool.Contains(address.Next()); address = address.Next() {
		if !taken[address.String()] {
			return address.String(), nil
		}
	}
	return "", fmt.Errorf("all addresses of %s are taken", pool)
}
