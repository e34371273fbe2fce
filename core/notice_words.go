package core

// Languages in which notices can be written, the first where none is chosen.
var Languages = []string{"en", "es", "pt"}

// noticeTexts returns the texts of a language.
func noticeTexts(language string) noticeWords {
	switch language {
	case "es":
		return noticesInSpanish
	case "pt":
		return noticesInPortuguese
	}
	return noticesInEnglish
}

var noticesInEnglish = noticeWords{
	titles: map[string]string{
		statusAsked: "The bank asks for a code", statusLoginFailed: "Login failed", statusScrapeFailed: "Reading failed",
		statusScrapeStale: "Not read for a long time", statusLoginRecovered: "Signing in works again",
		statusScrapeRecovered: "Reading works again", statusTest: "Test notification",
	},
	blocked: "Account blocked", reason: "Reason", action: "What to do", when: "Time",
	hours: "No successful read for %d hours.",
	fine:  "Nothing to do: the account is read as usual.",
	asked: "Enter the code in Reconbanker within five minutes.",
	trial: "Notifications of this account arrive here.",
	clock: "2006-01-02 15:04",
	causes: map[cause]words{
		causePassword: {"The bank refused the user name or password.", "Enter the new password in Reconbanker, then restart the account. It is not tried again until then."},
		causeLocked:   {"The bank has locked this user.", "Unlock the user at the bank, then restart the account."},
		causeChange:   {"The bank wants a new password first.", "Change it on the bank's website, enter it in Reconbanker, then restart the account."},
		causeUnclear:  {"The password was sent and the bank gave no clear answer.", "Sign in on the bank's website to see whether it works. One more try is made later, then the account is blocked."},
		causeCode:     {"The bank's code or approval was not given in time, or was refused.", "Scrape the account while you have the phone at hand."},
		causePerson:   {"The bank wants something a person must do.", "Sign in on the bank's website, answer it, then scrape again."},
		causeRobot:    {"The bank denied access to this computer.", "Nothing is tried for six hours. Sign in once on the bank's website from this network."},
		causeForeign:  {"The page was not the bank's, or its certificate is not valid. Nothing secret was typed.", "Check the network of this computer before restarting the account."},
		causeReach:    {"The bank could not be reached, or took too long.", "Nothing: it is tried again by itself. Work by hand on the bank's website meanwhile."},
		causePartly:   {"Some bank accounts of this login could not be read. What the others showed was kept.", "It is tried again by itself. Look after the other accounts on the bank's website meanwhile."},
		causeLayout:   {"The bank's website has changed.", "Look for a new version of Reconbanker. Work by hand on the bank's website meanwhile."},
		causeData:     {"What the bank shows could not be understood.", "It is tried again by itself. Compare the movements with the bank's website."},
		causeSettings: {"A setting is missing or does not fit.", "Open the account's settings in Reconbanker and fill in what is marked."},
		causeLocal:    {"Something on the computer that runs Reconbanker is in the way.", "Open Reconbanker there: Activity says what it is."},
	},
}

var noticesInSpanish = noticeWords{
	titles: map[string]string{
		statusAsked: "El banco pide un código", statusLoginFailed: "Falló el ingreso al banco", statusScrapeFailed: "Falló la lectura",
		statusScrapeStale: "Hace mucho que no se lee", statusLoginRecovered: "El ingreso volvió a funcionar",
		statusScrapeRecovered: "La lectura volvió a funcionar", statusTest: "Notificación de prueba",
	},
	blocked: "Cuenta bloqueada", reason: "Motivo", action: "Qué hacer", when: "Hora",
	hours: "Sin lecturas correctas desde hace %d horas.",
	fine:  "No hay nada que hacer: la cuenta se lee normalmente.",
	asked: "Ingrese el código en Reconbanker antes de cinco minutos.",
	trial: "Las notificaciones de esta cuenta llegan acá.",
	clock: "02/01/2006 15:04",
	causes: map[cause]words{
		causePassword: {"El banco rechazó el usuario o la contraseña.", "Ingrese la contraseña nueva en Reconbanker y reinicie la cuenta. Hasta entonces no se vuelve a intentar."},
		causeLocked:   {"El banco bloqueó este usuario.", "Desbloquee el usuario en el banco y reinicie la cuenta."},
		causeChange:   {"El banco exige antes una contraseña nueva.", "Cámbiela en el sitio del banco, ingrésela en Reconbanker y reinicie la cuenta."},
		causeUnclear:  {"Se envió la contraseña y el banco no dio una respuesta clara.", "Ingrese al sitio del banco para ver si funciona. Se hace un intento más; después la cuenta se bloquea."},
		causeCode:     {"El código o la aprobación del banco no llegó a tiempo, o fue rechazado.", "Lea la cuenta cuando tenga el teléfono a mano."},
		causePerson:   {"El banco pide algo que tiene que hacer una persona.", "Ingrese al sitio del banco, responda y vuelva a leer la cuenta."},
		causeRobot:    {"El banco negó el acceso a esta computadora.", "No se intenta durante seis horas. Ingrese una vez al sitio del banco desde esta red."},
		causeForeign:  {"La página no era la del banco, o su certificado no es válido. No se escribió nada secreto.", "Revise la red de esta computadora antes de reiniciar la cuenta."},
		causeReach:    {"No se pudo llegar al banco, o tardó demasiado.", "Nada: se vuelve a intentar solo. Mientras tanto, opere a mano en el sitio del banco."},
		causePartly:   {"Algunas cuentas bancarias de este ingreso no se pudieron leer. Lo que mostraron las otras se guardó.", "Se vuelve a intentar solo. Mientras tanto, consulte las otras cuentas en el sitio del banco."},
		causeLayout:   {"El sitio del banco cambió.", "Busque una versión nueva de Reconbanker. Mientras tanto, opere a mano en el sitio del banco."},
		causeData:     {"No se entendió lo que muestra el banco.", "Se vuelve a intentar solo. Compare los movimientos con el sitio del banco."},
		causeSettings: {"Falta un ajuste o no corresponde.", "Abra los ajustes de la cuenta en Reconbanker y complete lo marcado."},
		causeLocal:    {"Algo en la computadora que ejecuta Reconbanker lo impide.", "Abra Reconbanker allí: Actividad dice qué es."},
	},
}

var noticesInPortuguese = noticeWords{
	titles: map[string]string{
		statusAsked: "O banco pede um código", statusLoginFailed: "Falha ao entrar no banco", statusScrapeFailed: "Falha na leitura",
		statusScrapeStale: "Sem leitura há muito tempo", statusLoginRecovered: "O acesso voltou a funcionar",
		statusScrapeRecovered: "A leitura voltou a funcionar", statusTest: "Notificação de teste",
	},
	blocked: "Conta bloqueada", reason: "Motivo", action: "O que fazer", when: "Hora",
	hours: "Nenhuma leitura bem-sucedida há %d horas.",
	fine:  "Nada a fazer: a conta é lida normalmente.",
	asked: "Digite o código no Reconbanker em até cinco minutos.",
	trial: "As notificações desta conta chegam aqui.",
	clock: "02/01/2006 15:04",
	causes: map[cause]words{
		causePassword: {"O banco recusou o usuário ou a senha.", "Digite a nova senha no Reconbanker e reinicie a conta. Até lá não há nova tentativa."},
		causeLocked:   {"O banco bloqueou este usuário.", "Desbloqueie o usuário no banco e reinicie a conta."},
		causeChange:   {"O banco exige antes uma senha nova.", "Troque-a no site do banco, digite-a no Reconbanker e reinicie a conta."},
		causeUnclear:  {"A senha foi enviada e o banco não deu uma resposta clara.", "Entre no site do banco para ver se funciona. Há mais uma tentativa; depois a conta é bloqueada."},
		causeCode:     {"O código ou a aprovação do banco não chegou a tempo, ou foi recusado.", "Leia a conta quando estiver com o telefone à mão."},
		causePerson:   {"O banco pede algo que uma pessoa precisa fazer.", "Entre no site do banco, responda e leia a conta de novo."},
		causeRobot:    {"O banco negou o acesso a este computador.", "Nada é tentado por seis horas. Entre uma vez no site do banco a partir desta rede."},
		causeForeign:  {"A página não era a do banco, ou o certificado não é válido. Nada secreto foi digitado.", "Verifique a rede deste computador antes de reiniciar a conta."},
		causeReach:    {"Não foi possível chegar ao banco, ou ele demorou demais.", "Nada: há nova tentativa automática. Enquanto isso, opere pelo site do banco."},
		causePartly:   {"Algumas contas bancárias deste acesso não puderam ser lidas. O que as outras mostraram foi guardado.", "Há nova tentativa automática. Enquanto isso, consulte as outras contas no site do banco."},
		causeLayout:   {"O site do banco mudou.", "Procure uma versão nova do Reconbanker. Enquanto isso, opere pelo site do banco."},
		causeData:     {"O que o banco mostra não foi entendido.", "Há nova tentativa automática. Compare os movimentos com o site do banco."},
		causeSettings: {"Falta uma configuração ou ela não serve.", "Abra as configurações da conta no Reconbanker e preencha o que está marcado."},
		causeLocal:    {"Algo no computador que executa o Reconbanker impede a leitura.", "Abra o Reconbanker nele: Atividade diz o que é."},
	},
}
