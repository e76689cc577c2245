// client-go's informer of EndpointSlices, as a peer: `informer <kubeconfig> json|protobuf`. It waits for a line before it starts.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	discovery "k8s.io/api/discovery/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		panic(err)
	}
	config.ContentType = map[string]string{
		"json":     "application/json",
		"protobuf": "application/vnd.kubernetes.protobuf",
	}[os.Args[2]]
	config.AcceptContentTypes = config.ContentType
	stdin := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	stdin.ReadString('\n')
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	slices := factory.Discovery().V1().EndpointSlices()
	informer := slices.Informer()
	stop := make(chan struct{})
	factory.Start(stop)
	for !informer.HasSynced() {
		time.Sleep(time.Millisecond)
	}
	endpoints := 0
	for _, object := range informer.GetStore().List() {
		endpoints += endpointsOf(object)
	}
	fmt.Println("synced", endpoints)
	stdin.ReadString('\n')
}
func endpointsOf(object any) int {
	return len(object.(*discovery.EndpointSlice).Endpoints)
}
