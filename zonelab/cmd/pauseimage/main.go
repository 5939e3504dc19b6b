// Command pauseimage packs the pause binary as an image: pauseimage BINARY IMAGE_NAME ARCHIVE.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: pauseimage BINARY IMAGE_NAME ARCHIVE")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "pauseimage:", err)
		os.Exit(1)
	}
}

// pack writes a docker-archive with one layer.
func pack(binary, image, archive string) error {
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	var layer bytes.Buffer
	if err := write(&layer, 0o755, file{"pause", content}); err != nil {
		return err
	}
	type object = map[string]any
	config, err := json.Marshal(object{
		"architecture": "amd64", "os": "linux",
		"config": object{"Entrypoint": []string{"/pause"}, "User": "65535:65535"},
		"rootfs": object{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer.Bytes()))}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]object{{"Config": "config.json", "RepoTags": []string{image}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return err
	}
	out, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer out.Close()
	return write(out, 0o644, file{"config.json", config}, file{"layer.tar", layer.Bytes()}, file{"manifest.json", manifest})
}

type file struct {
	name    string
	content []byte
}

func write(to io.Writer, mode int64, files ...file) error {
	writer := tar.NewWriter(to)
	for _, f := range files {
		if err := writer.WriteHeader(&tar.Header{Name: f.name, Mode: mode, Size: int64(len(f.content))}); err != nil {
			return err
		}
		if _, err := writer.Write(f.content); err != nil {
			return err
		}
	}
	return writer.Close()
}
