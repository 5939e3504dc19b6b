// Package controllers does for a lab what a cloud provider does for a cluster: volumes that every node can mount, and
// addresses for Services of type LoadBalancer.
package controllers

import (
	"context"
	"errors"
	"log"
	"time"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/plan"
)

// Run works until the context ends.
func Run(ctx context.Context, client *api.Client, lab plan.Lab) error {
	volumes := &volumes{client: client, dir: lab.Path("volumes")}
	balancers := &balancers{client: client, pool: lab.LoadBalancerCIDR()}
	done := make(chan struct{}, 3)
	loop := func(name, path string, reconcile func(context.Context) error) {
		follow(ctx, client, name, path, reconcile)
		done <- struct{}{}
	}
	go loop("claims", "/api/v1/persistentvolumeclaims", volumes.provision)
	go loop("volumes", "/api/v1/persistentvolumes", volumes.reclaim)
	go loop("services", "/api/v1/services", balancers.assign)
	for range 3 {
		<-done
	}
	return nil
}

// follow reconciles at every change of a collection, and again after a failure.
func follow(ctx context.Context, client *api.Client, name, path string, reconcile func(context.Context) error) {
	for ctx.Err() == nil {
		// bounded, so that a failed reconcile is tried again even if nothing changes
		turn, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := client.Watch(turn, path, func() {
			if err := reconcile(turn); err != nil {
				log.Printf("%s: %v", name, err)
				cancel()
			}
		})
		expired := turn.Err() != nil
		cancel()
		if err != nil && !expired && !errors.Is(err, context.Canceled) {
			log.Printf("%s: %v", name, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}
