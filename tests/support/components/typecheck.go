// Typecheck prints the type errors of packages of Go, and of all that they import.
//
// It reads sources alone: Pulumi's SDK takes seconds to read, and minutes to compile. In modules that are downloaded, it
// skips the bodies of functions.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"os/exec"
	"path/filepath"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string
	Module     *struct {
		Main    bool
		Replace *struct{}
	}
}

// known are the packages that are read, by import path.
type known map[string]*types.Package

// importer finds packages by the names that one package has for them.
type importer struct {
	known
	renamed map[string]string
}

func main() {
	log.SetFlags(0)
	arguments := append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap,Module"}, os.Args[1:]...)
	command := exec.Command("go", arguments...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	files, read, failed := token.NewFileSet(), known{"unsafe": types.Unsafe}, false
	for decoder := json.NewDecoder(output); decoder.More(); {
		var each listed
		if err := decoder.Decode(&each); err != nil {
			log.Fatal(err)
		}
		if each.ImportPath == "unsafe" {
			continue
		}
		config := types.Config{
			IgnoreFuncBodies: each.Module == nil || !each.Module.Main && each.Module.Replace == nil,
			Importer:         importer{read, each.ImportMap},
			Error: func(err error) {
				fmt.Println(err)
				failed = true
			},
		}
		read[each.ImportPath], _ = config.Check(each.ImportPath, files, each.parse(files), nil)
	}
	if err := command.Wait(); err != nil {
		log.Fatal(err)
	}
	if failed {
		os.Exit(1)
	}
}

func (l listed) parse(files *token.FileSet) []*ast.File {
	parsed := make([]*ast.File, 0, len(l.GoFiles))
	for _, name := range l.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(l.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			log.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	return parsed
}

// Import finds a package that `go list` named before, as it names each after all that it imports.
func (i importer) Import(path string) (*types.Package, error) {
	if renamed, ok := i.renamed[path]; ok {
		path = renamed
	}
	if found, ok := i.known[path]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("%s is not listed", path)
}
