// Ends of connections for the conformance tests: an HTTP/2 server in the clear, and both ends of gRPC's interoperability
// suite, whose cases are those of the package google.golang.org/grpc/interop.
//
//	peer http2 PORT
//	peer grpc-server PORT
//	peer grpc-client PORT CASE...
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
)

// Calls of each soak case.
const soakCalls = 50

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: peer http2|grpc-server|grpc-client PORT [CASE...]")
	}
	address := "127.0.0.1:" + os.Args[2]
	switch os.Args[1] {
	case "http2":
		serveHTTP2(address)
	case "grpc-server":
		serveGRPC(address)
	case "grpc-client":
		for _, name := range os.Args[3:] {
			call(address, name)
			fmt.Println(name)
		}
	default:
		log.Fatalf("there is no peer %q", os.Args[1])
	}
}

func serveHTTP2(address string) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "an answer that is longer than a few bytes\n")
	})
	// What is wrong with connections is the suite's business.
	quiet := log.New(io.Discard, "", 0)
	server := http.Server{Addr: address, Handler: handler, Protocols: protocols, ErrorLog: quiet}
	log.Fatal(server.ListenAndServe())
}

func serveGRPC(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	testgrpc.RegisterTestServiceServer(server, interop.NewTestServer())
	log.Fatal(server.Serve(listener))
}

func dial(address string) *grpc.ClientConn {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

// Runs one case over a connection of its own. The suite ends the process where a case fails.
func call(address, name string) {
	ctx := context.Background()
	connection := dial(address)
	defer connection.Close()
	client := testgrpc.NewTestServiceClient(connection)
	cases := map[string]func(context.Context, testgrpc.TestServiceClient, ...grpc.CallOption){
		"empty_unary":                 interop.DoEmptyUnaryCall,
		"large_unary":                 interop.DoLargeUnaryCall,
		"client_streaming":            interop.DoClientStreaming,
		"server_streaming":            interop.DoServerStreaming,
		"ping_pong":                   interop.DoPingPong,
		"empty_stream":                interop.DoEmptyStream,
		"timeout_on_sleeping_server":  interop.DoTimeoutOnSleepingServer,
		"cancel_after_begin":          interop.DoCancelAfterBegin,
		"cancel_after_first_response": interop.DoCancelAfterFirstResponse,
		"status_code_and_message":     interop.DoStatusCodeAndMessage,
		"special_status_message":      interop.DoSpecialStatusMessage,
		"custom_metadata":             interop.DoCustomMetadata,
	}
	switch name {
	case "unimplemented_method":
		interop.DoUnimplementedMethod(ctx, connection)
	case "unimplemented_service":
		interop.DoUnimplementedService(ctx, testgrpc.NewUnimplementedServiceClient(connection))
	case "rpc_soak":
		soak(address, func() (*grpc.ClientConn, func()) { return connection, func() {} })
	case "channel_soak":
		soak(address, func() (*grpc.ClientConn, func()) {
			own := dial(address)
			return own, func() { own.Close() }
		})
	default:
		run, known := cases[name]
		if !known {
			log.Fatalf("there is no case %q", name)
		}
		run(ctx, client)
	}
}

func soak(address string, channel func() (*grpc.ClientConn, func())) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	interop.DoSoakTest(ctx, interop.SoakTestConfig{
		RequestSize:                      271828,
		ResponseSize:                     314159,
		PerIterationMaxAcceptableLatency: time.Minute,
		OverallTimeout:                   2 * time.Minute,
		ServerAddr:                       address,
		NumWorkers:                       2,
		Iterations:                       soakCalls,
		ChannelForTest:                   channel,
	})
}
