// Package example has a comment.
package example

import (
	"fmt"
	str "strings"
	. "math"
	_ "embed"
)

const (
	A = iota
	B, C = 1, "two"
)

var x, y = 1.5e3, 'r'

type Shape interface {
	~int | ~string
	Area() float64
	fmt.Stringer
}

type List[T any, K comparable] struct {
	*Embedded
	next, prev *List[T, K] `json:"next"`
	m          map[K][]chan<- func(a, b int, rest ...string) (T, error)
}

// Run does things.
func (l *List[T, K]) Run(ctx context.Context, n int) (result T, err error) {
	defer func() { recover() }()
	for i := 0; i < n; i++ {
		switch v := any(i).(type) {
		case int, string:
			fallthrough
		case nil:
			continue
		default:
			fmt.Printf("%d\n", v)
		}
	}
loop:
	for k, v := range map[string]int{"a": 1, "b": 2} {
		if k == "a" && v != 0 || !true {
			break loop
		} else if w := v << 2; w > 3 {
			goto loop
		} else {
			go l.Run(ctx, len(k))
		}
	}
	select {
	case m := <-ch:
		_ = m
	case ch <- 1:
	}
	return *new(T), nil
}

func deep() { _ = [][]int{{1, 2}, {3, func() int { return ((((((1)))))) }()}}[0][1:2:3] }

func broken(a int, { return a + }
type T struct { a int b string }
func after() int { return kmalloc(1, GFP_ATOMIC }
