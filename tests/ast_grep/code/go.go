// Code with comments that switch rules off.
package p

import "fmt"

func ignored(a int, b string) error {
	// ast-grep-ignore
	fmt.Println(a)
	fmt.Println(b) // ast-grep-ignore
	fmt.Println(
		a,
		b,
	) // ast-grep-ignore: go-all-not, go-constraint
	// ast-grep-ignore: go-all-not
	report(a)
	/* ast-grep-ignore: go-any */ // and more
	if a == nil {
		return nil
	}
	// ast-grep-ignore: go-all-not,go-constraint some words, go-any
	x := Report(b)
	if x != nil { // ast-grep-ignore
		return x
	}
	return Report(a)
}

func kept() {
	x := "ast-grep-ignore"
	report(x)
	report(x, Report(x)) /* ast-grep-ignore */
	Report(x)
}
