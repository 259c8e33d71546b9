// Package mlplatform exports types, functions, subpackages for provisioning mlplatform resources.
package mlplatform
