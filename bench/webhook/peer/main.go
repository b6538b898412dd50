// A sidecar injector as it is written with controller-runtime: the pod is decoded into its Go type, changed, encoded,
// and the two texts are compared for the patch. It injects what it is told to, so that both servers add the same.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"log"
	"net/http"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const microserviceLabel = "standpipe.dev/microservice"

// additions is what every pod gets.
type additions struct {
	Annotations        map[string]string  `json:"annotations"`
	GracePeriodSeconds int64              `json:"gracePeriodSeconds"`
	InitContainers     []corev1.Container `json:"initContainers"`
	Volumes            []corev1.Volume    `json:"volumes"`
}

type injector struct {
	decoder admission.Decoder
	add     additions
}

// Handle answers with the patch that injects a pod of a microservice.
func (i *injector) Handle(_ context.Context, request admission.Request) admission.Response {
	pod := &corev1.Pod{}
	if err := i.decoder.Decode(request, pod); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if _, marked := pod.Labels[microserviceLabel]; !marked {
		return admission.Allowed("not marked")
	}
	i.inject(pod)
	injected, err := json.Marshal(pod)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, injected)
}

func (i *injector) inject(pod *corev1.Pod) {
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	for key, value := range i.add.Annotations {
		pod.Annotations[key] = value
	}
	spec := &pod.Spec
	spec.TerminationGracePeriodSeconds = &i.add.GracePeriodSeconds
	spec.Volumes = append(spec.Volumes, i.add.Volumes...)
	spec.InitContainers = append(append([]corev1.Container{}, i.add.InitContainers...), spec.InitContainers...)
}

func main() {
	certificate, key, port, additionsPath := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	text, err := os.ReadFile(additionsPath)
	if err != nil {
		log.Fatal(err)
	}
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		log.Fatal(err)
	}
	handler := &injector{decoder: admission.NewDecoder(scheme)}
	if err := json.Unmarshal(text, &handler.add); err != nil {
		log.Fatal(err)
	}
	hook, err := admission.StandaloneWebhook(
		&admission.Webhook{Handler: handler},
		admission.StandaloneOptions{MetricsPath: "/inject"},
	)
	if err != nil {
		log.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.Handle("/inject", hook)
	server := &http.Server{
		Addr:      "127.0.0.1:" + port,
		Handler:   routes,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}},
	}
	log.Fatal(server.ListenAndServeTLS(certificate, key))
}
