package program

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestArrows holds the arrows between the packages: each may import those of its own lines, and nothing else of ours.
// They point down only, so that a package can be understood, and tested, with those below it.
func TestArrows(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{
		".":                "internal/cli",
		"internal/cli":     "internal/budget internal/manual internal/run internal/meeting internal/sandbox internal/system internal/tell internal/words job job/pace reader report",
		"internal/run":     "internal/meeting internal/sandbox internal/system internal/words job job/pace job/plan job/send reader report report/page",
		"internal/meeting": "internal/system job job/pace",
		"internal/sandbox": "",
		"internal/budget":  "internal/system job/pace",
		"internal/manual":  "",
		"internal/system":  "",
		"internal/tell":    "internal/system report",
		"internal/words":   "",
		"internal/release": "",
		"report":           "internal/system job",
		"report/page":      "internal/words job report",
		"reader":           "job",
		"job/send":         "job job/pace job/plan",
		"job/pace":         "job",
		"job/plan":         "job",
		"job":              "",
	}
	eachFile(t, func(path string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		may, known := allowed[dir]
		if !known {
			t.Errorf("%s: package %s stands in no line of this test, nor in CONTRIBUTING.md", path, dir)
			return
		}
		for _, imported := range file.Imports {
			ours, is := strings.CutPrefix(strings.Trim(imported.Path.Value, `"`), "meetbatch/")
			if is && !slices.Contains(strings.Fields(may), ours) {
				t.Errorf("%s imports %s", path, ours)
			}
		}
	})
}

// TestOnlyTheConsoleSpeaks: nothing but the console writes to standard error, so that a message is never in the way
// of another, nor a secret in one.
func TestOnlyTheConsoleSpeaks(t *testing.T) {
	t.Parallel()
	speaks := []string{"os.Stderr", "os.Stdout", "log.Print", "log.Printf", "log.Println", "log.Fatal", "log.Fatalf", "log.Panic",
		"fmt.Print", "fmt.Printf", "fmt.Println", "slog.Info", "slog.Warn", "slog.Error", "slog.Debug", "slog.Default"}
	eachFile(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, is := n.X.(*ast.Ident); is && path != "internal/cli/main.go" && slices.Contains(speaks, x.Name+"."+n.Sel.Name) && path != "internal/release/main.go" {
					t.Errorf("%s uses %s.%s", path, x.Name, n.Sel.Name)
				}
				if n.Sel.Name == "stderr" { // which an output alone writes to
					t.Errorf("%s uses standard error", path)
				}
			case *ast.CallExpr:
				if f, is := n.Fun.(*ast.Ident); is && (f.Name == "print" || f.Name == "println") {
					t.Errorf("%s uses %s", path, f.Name)
				}
			}
			return true
		})
	})
}

// eachFile parses every file of the program that is no test.
func eachFile(t *testing.T, look func(path string, file *ast.File)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			n++
			look(filepath.ToSlash(path), file)
		}
		return err
	})
	if err != nil || n < 50 {
		t.Fatalf("%d files: %v", n, err)
	}
}
