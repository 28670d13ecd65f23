package main

import (
	"encoding/json"
	"strings"
)

// field and object keep the order of a message's fields, which a Go map does
// not; lists of objects are []object.
type field struct {
	key   string
	value interface{}
}
type object []field

// render prints a message the way the gateway does: every field, indented, an
// empty list over two lines.
func render(value interface{}, step string) string {
	var out strings.Builder
	renderInto(&out, value, step, "")
	return out.String()
}

func renderInto(out *strings.Builder, value interface{}, step, indent string) {
	inner := indent + step
	switch typed := value.(type) {
	case object:
		out.WriteString("{\n")
		for i, f := range typed {
			key, _ := json.Marshal(f.key)
			out.WriteString(inner + string(key) + ": ")
			renderInto(out, f.value, step, inner)
			if i < len(typed)-1 {
				out.WriteString(",")
			}
			out.WriteString("\n")
		}
		out.WriteString(indent + "}")
	case []object:
		items := make([]interface{}, len(typed))
		for i := range typed {
			items[i] = typed[i]
		}
		renderList(out, items, step, indent)
	case []string:
		items := make([]interface{}, len(typed))
		for i := range typed {
			items[i] = typed[i]
		}
		renderList(out, items, step, indent)
	default:
		text, _ := json.Marshal(value)
		out.Write(text)
	}
}

func renderList(out *strings.Builder, items []interface{}, step, indent string) {
	out.WriteString("[\n")
	for i, item := range items {
		out.WriteString(indent + step)
		renderInto(out, item, step, indent+step)
		if i < len(items)-1 {
			out.WriteString(",")
		}
		out.WriteString("\n")
	}
	out.WriteString(indent + "]")
}

func result(ok bool, msg string, more ...field) object {
	return append(object{{"result", ok}, {"msg", msg}}, more...)
}
