// ast-grep-ignore: go-constraint

package p

func f() { g(1); Report(2) }
