package job

// explained are the service's error codes by their nine digits, and those that this program gives.
var explained = map[string]Explanation{
	// of this program
	"NOT_CARRIED_OUT": {"it was not carried out, as reading the service showed", sendAgain, true},

	// common
	"000000001": {"the service was busy", sendLater, true},
	"000000002": {"the service was busy, or had trouble of its own", sendLater, true},
	"000000003": {"the service was busy, or did not take the request's values", "send one of these rows alone", true},
	"000000004": {"the token does not hold any more", newToken, true},
	"000000008": {"the service was being upgraded", sendLater, true},
	"000000010": {"the service was busy", sendLater, true},
	"100000429": {"too many requests", "send these rows again, with a lower --rate", true},
	"200000001": {"the service was busy", sendLater, true},
	"200000002": {"the service had trouble of its own", sendLater, true},
	"200000003": {"the service does not take the request's values", "look at one of these rows: is it as it should be?", false},
	"200000004": {"the token does not hold", newToken, true},
	"200000005": {"the service was being upgraded", sendLater, true},

	// enterprises
	"201020007": {"the enterprise still has users or terminals", ownSide, false},
	"201020023": {"the user owns another enterprise", askAdmin, false},

	// users
	"201040000": {"the account does not exist", "was it deleted or renamed, or is it of the other account type?", false},
	"201040001": {"the account exists already", askAdmin, false},
	"201040005": {"more users than were bought", buyMore, true},
	"201040006": {"the account is no ordinary user of the enterprise", "only members and terminals can hold rooms", false},
	"201040016": {"the password is too weak", askAdmin, false},
	"201040020": {"something about the account's e-mail address or mobile number", askAdmin, false},
	"201040031": {"the activation code is overdue", askAdmin, false},
	"201040042": {"the sign-in in advance has ended", newToken, true},
	"201040043": {"the account owns another enterprise, and cannot be invited", askAdmin, false},
	"201040044": {"the invitation's link does not hold", askAdmin, false},
	"201040045": {"the account is on the waiting list already", askAdmin, false},
	"201040046": {"the account exists already", askAdmin, false},
	"201040047": {"the account may not be changed", askAdmin, false},

	// terminals
	"201050012": {"the terminal's activation code does not exist", askAdmin, false},
	"201050015": {"the terminal's activation code is wrong", askAdmin, false},
	"201050021": {"the terminal could not be activated", askAdmin, false},
	"201050022": {"the terminal may not be taken from its account", askAdmin, false},
	"211030046": {"this is no code of a terminal", askAdmin, false},

	// rooms
	"201080000": {"the room does not exist", "is it the room's unique id?", false},
	"201080001": {"the dedicated room could not be enabled", askRoom, false},
	"201080006": {"the passwords of host and guests are the same", askRoom, false},
	"201080008": {"the range of room IDs is taken", askRoom, false},
	"201080017": {"the password is that of the meeting", askRoom, false},
	"201090001": {"a package of rooms has this name already", askRoom, false},
	"201090012": {"no room is free", buyMore, true},

	// invitations
	"201510001": {"these credentials may not invite", askRights, false},
	"201510003": {"the application for an invitation is void", askAdmin, false},

	// sign-in
	"206010000": {"account or password is wrong", "look at the credentials", false},
	"206010007": {"the account that signs in is disabled, or was never activated", askRights, false},
	"206010010": {"the sign-in asks for a captcha", "sign in with an App ID", false},
	"206010011": {"the sign-in asks for a captcha", "sign in with an App ID", false},
	"206010012": {"the sign-in asks for a captcha", "sign in with an App ID", false},
	"206010013": {"the sign-in by redirection failed", newToken, true},
	"206010022": {"the single sign-on failed", newToken, true},
	"206010023": {"single sign-on is not supported", "sign in with an App ID", false},
	"206010024": {"this way to sign in is not known", "look at the credentials", false},
	"206010025": {"the App ID was refused", "look at App ID and key", false},
	"206010027": {"this way to sign in is not known", "look at the credentials", false},
	"206010029": {"the sign-in had trouble with the network", sendLater, true},
	"206010030": {"the App ID may not register accounts by itself", askRights, false},
	"206010031": {"the account could not be registered", askAdmin, false},
	"206010036": {"ordinary users may not sign in", "use the credentials of an administrator", false},
	"206010042": {"the sign-in by HUAWEI ID failed", newToken, true},
	"206010057": {"the sign-in's signature was too old", "is this machine's clock right?", true},
	"206010058": {"no account is bound to the App ID", askRights, false},
	"206010064": {"the enterprise is one of the other region", isAddress, false},
	"206010065": {"the phone number is used twice", askAdmin, false},
	"206010066": {"the e-mail address is used twice", askAdmin, false},
	"206010070": {"more users than were bought", buyMore, true},
	"206010071": {"the sign-in by WeChat failed", newToken, true},
	"206010074": {"the enterprise is one of the international region", isAddress, false},
	"206010075": {"the account is bound to nothing", askAdmin, false},

	// tokens
	"206020000": {"the sign-in does not hold", newToken, true},
	"206020001": {"the token is one of the service's other site", newToken, true},
	"206020002": {"the token is void: somebody signed in elsewhere", newToken, true},

	// passwords
	"206030000": {"the account does not exist", "was it deleted or renamed, or is it of the other account type?", false},
	"206030001": {"the code is wrong or too old", newToken, true},
	"206030002": {"the code is wrong or too old", newToken, true},
	"206030003": {"the code could not be sent", sendLater, true},
	"206030004": {"too soon: the service wants 180 s between", sendLater, true},
	"206030005": {"the password cannot be changed", askAdmin, false},
	"206030006": badPassword, "206030007": badPassword, "206030008": badPassword,
	"206030009": badPassword, "206030010": badPassword, "206030011": badPassword,
	"206030012": badPassword, "206030013": badPassword, "206030014": badPassword,
	"206030015": {"the account that signs in is locked", "wait a minute, look at the password, and sign in once", false},
	"206030016": {"these credentials may not reset passwords", askRights, false},
	"206030018": {"ten times in a day is all that the service allows", sendLater, true},
	"206030019": {"too many wrong codes", sendLater, true},
	"206030023": {"the code could not be sent", sendLater, true},
	"206030028": {"the password cannot be changed: single sign-on is on", askAdmin, false},
	"206030031": {"the account is one of HUAWEI ID", askAdmin, false},

	// others
	"206040000": {"there is no such kind of terminal", askAdmin, false},
	"206060008": captcha, "206060009": captcha, "206060010": captcha, "206060011": captcha, "206060012": captcha,
	"206060013": captcha, "206060014": captcha, "206060015": captcha, "206060017": captcha,
	"211060003": {"more logs than the service takes", sendLater, true},

	// conferences
	"MMC.111070001": {"the service does not take the request", ownSide, false},
	"MMC.111070002": {"these credentials may not do this", askRights, false},
	"MMC.111070005": {"the meeting does not exist", askRoom, false},
	"MMC.111070006": {"the personal room does not exist", askRoom, false},
	"MMC.111072005": {"the meeting has not begun, or is over", askRoom, false},
}

var (
	badPassword = Explanation{"the password breaks a rule", askAdmin, false}
	captcha     = Explanation{"the service asks for a captcha or a code by SMS", "sign in with an App ID", false}
)
