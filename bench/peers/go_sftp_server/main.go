// A server as Go's pkg/sftp makes one: go_sftp_server ADDRESS HOST_KEY AUTHORIZED_KEY FOLDER.
package main

import (
	"bytes"
	"io"
	"log"
	"net"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				request.Reply(request.Type == "subsystem", nil)
			}
		}()
		server := must(sftp.NewServer(channel))
		if err := server.Serve(); err != nil && err != io.EOF {
			log.Print(err)
		}
		channel.Close()
	}
}

func main() {
	host := must(ssh.ParsePrivateKey(must(os.ReadFile(os.Args[2]))))
	known, _, _, _, err := ssh.ParseAuthorizedKey(must(os.ReadFile(os.Args[3])))
	if err != nil {
		log.Fatal(err)
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if bytes.Equal(key.Marshal(), known.Marshal()) {
			return nil, nil
		}
		return nil, os.ErrPermission
	}}
	config.AddHostKey(host)
	if err := os.Chdir(os.Args[4]); err != nil {
		log.Fatal(err)
	}
	listener := must(net.Listen("tcp", os.Args[1]))
	for {
		go serve(must(listener.Accept()), config)
	}
}
