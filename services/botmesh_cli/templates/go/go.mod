module $name

go 1.26.0

require github.com/botmesh/botmesh/clients/go $sdk
