// ast-grep-ignore

package p

func f() { g(1); Report(2) }
