module standins

go 1.19
