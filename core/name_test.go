package core

import "testing"

func TestCompareNames(t *testing.T) {
	for _, tt := range []struct {
		order, bank string
		want        Band
	}{
		// What survives as strong.
		{"José Pérez", "JOSE PEREZ", Strong},
		{"José Pérez", "jose perez", Strong},
		{"José Pérez", "JOS? P?REZ", Strong},
		{"Jose Perez", "JOS? P?REZ", Strong},
		{"José Pérez", "JOS?? P??REZ", Strong},
		{"José Pérez", "JOS\uFFFD P\uFFFDREZ", Strong},
		{"José Pérez", "JosÃ© PÃ©rez", Strong},
		{"José Pérez", "JOSÃ‰ PÃ‰REZ", Strong},
		{"María Ibáñez", "MARÃ\u00adA IBÃ¡Ã±EZ", Strong},
		{"María Ibáñez", "MARÃA IB¡¥EZ", Strong},
		{"Iñaki Núñez", "IÑAKI NÚÑEZ", Strong},
		{"Ana Muñoz", "ANA MU¥OZ", Strong},
		{"Ana Muñoz", "ANA MU├æOZ", Strong},
		{"João Magalhães", "JOAO MAGALHAES", Strong},
		{"João Magalhães", "JOÃO MAGALHÃES", Strong},
		{"Søren Kjær", "SOREN KJAER", Strong},
		{"Łukasz Groß", "LUKASZ GROSS", Strong},
		{"Juan Pérez", "PEREZ JUAN", Strong},
		{"Juan Pérez", "PEREZ, JUAN", Strong},
		{"Juan Carlos Pérez", "Perez Juan", Strong},
		{"Juan Pérez Gómez", "JUAN PEREZ", Strong},
		{"Juan Carlos Pérez Gómez", "PEREZ JUAN", Strong},
		{"Juan Pérez", "JUANPEREZ", Strong},
		{"Juan Carlos Pérez", "JUANCARLOS PEREZ", Strong},
		{"María de la Vega", "MARIA DELAVEGA", Strong},
		{"Juan Pérez", "JUAN PEERZ", Strong},
		{"Juan Rodríguez", "JUAN RODRIGEZ", Strong},
		{"Ferretería Tornillo SRL", "FERRETERIA TORNILO SRL", Strong},
		{"Juan Pérez", "TRANSF DE JUAN PEREZ", Strong},
		{"Juan Pérez", "RECIBISTE DE JUAN PEREZ", Strong},
		{"Juan Pérez", "TRANSFERENCIA RECIBIDA DE: JUAN PEREZ", Strong},
		{"Juan Pérez", "JUAN PEREZ CI 1.234.567-8", Strong},
		{"Juan Pérez 12345678", "JUAN PEREZ 1.234.567-8", Strong},
		{"Juan Pérez 12345678", "JUAN PEREZ 20-12345678-3", Strong},
		{"ACME SA", "ACME", Strong},
		{"ACME S.A.", "ACME SA", Strong},
		{"ACME Sociedad Anónima", "ACME S A", Strong},
		{"Importadora Lunares Verdes SA", "IMPORTADORA LUNARES VER", Strong},
		{"Comercial Lunares Azules del Norte SA", "COMERCIAL LUNARES AZULES", Strong},
		{"María Fernanda Rodríguez Gómez", "MARIA FERNANDA RODRIGUEZ G", Strong},
		{"María Fernanda Rodríguez Gómez", "RODRIGUEZ GOMEZ MARIA FER", Strong},
		{"García-López Ana", "ANA GARCIA LOPEZ", Strong},
		{"Liam O'Brien", "LIAM OBRIEN", Strong},
		{"王小明", "王小明", Strong},
		{"Иван Петров", "ИВАН ПЕТРОВ", Strong},

		// At most weak.
		{"Juan Pérez", "J PEREZ", Weak},
		{"Juan Carlos Pérez", "J. C. PEREZ", Weak},
		{"Mario Pérez", "MARIA PEREZ", Weak},
		{"Luis Pérez", "LUISA PEREZ", Weak},
		{"Importadora y Distribuidora Andes SA", "IMPORTADORA Y DISTRIBU", Weak},
		{"ACME SA", "ACME SRL", Weak},
		{"", "JUAN PEREZ", Weak},
		{"Juan Pérez", "", Weak},
		{"Juan Pérez", "TRANSFERENCIA RECIBIDA", Weak},
		{"Juan Pérez", "???", Weak},
		{"Juan Pérez Gómez", "JUAN PEREZ LOPEZ", Weak},
		{"Juan Carlos Pérez", "CARLOS PEREZ", Weak},
		{"Juan Pérez", "JUAN PEREZ MARIA GOMEZ", Weak},
		{"Juan Pérez Gómez", "PEREZ GOMEZ", Weak},
		{"Juan Carlos Gómez", "JUAN CARLOS", Weak},

		// None.
		{"María de la Vega", "JUAN DE LA CRUZ", None},
		{"ACME SA", "NORTEL SA", None},
		{"Juan Pérez", "JUAN GOMEZ", None},
		{"Juan Pérez", "PEDRO PEREZ", None},
		{"Juan Pérez", "PEREZ", None},
		{"Juan Pérez", "JUAN", None},
		{"Comercial Norte", "COMERCIAL SUREÑA", None},
		{"Importadora Rioplat", "IMPORTADORA ANDES", None},
		{"Ferretería Tornillo", "FERRETERIA", None},
		{"Juan Pérez Gómez", "PEDRO PEREZ GOMEZ", None},
		{"Juan Carlos Pérez Gómez", "PEDRO CARLOS PEREZ GOMEZ", None},
		{"Casa Blanca", "SA", None},
		{"Juan Pérez 12345678", "JUAN PEREZ 87654321", None},
		{"", "123", Weak},
		{"SA", "SA", None},
		{"A B", "C D", None},
		{"王小明", "王小红", None},
		{"Иван Петров", "ПЕТР СИДОРОВ", None},
		{"Panadería Montevideo", "FERRETERIA MONTEVIDEO", None},
		{"Importadora ACME", "DISTRIBUIDORA ACME", None},
	} {
		t.Run(tt.order+" and "+tt.bank, func(t *testing.T) {
			got, back := CompareNames(tt.order, tt.bank), CompareNames(tt.bank, tt.order)
			if got.Band != tt.want {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
			if got.Band != back.Band || got.Score != back.Score {
				t.Errorf("got %+v, and %+v the other way about", got, back)
			}
		})
	}
}
