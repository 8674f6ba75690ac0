package reader

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
)

const aRoom = "ff8080816b9ec3ab016ba125aca20082"

// TestDamages: what tools make of IDs is known for accounts and rooms alike, and what looks like it is good.
func TestDamages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ words, ids string }{ // the IDs have | between them, or what stands first in front of a line
		{"! formula", `="0017788"|=T("0017788")|=TEXT(13900000011,"0")|=CONCATENATE("a","b")|="a@b.example"|=“0017788”|=ТЕКСТ(A1;0)|=HYPERLINK("mailto:a@b.example")`},
		{"! formula", `=A2|=$B$2|=Sheet1!A1|=-a@b.example|=a@b.example|=+A1|+A1|+张伟|+a@b.example`},
		{"", `=1+1|a=b|a="b"c|x=T|+1 555|a+b|a+b@c.example`},
		{"? begins with =", `=13900000011|=-1`},
		{"! error of a spreadsheet", `#N/A|#REF!|#VALUE!|#NAME?|#DIV/0!|#NUM!|#NULL!|#SPILL!|#CALC!|#NV|#WERT!|#BEZUG!|#ZAHL!|#ÜBERLAUF!|#¡VALOR!|#¿NOMBRE?|#N/D|#Н/Д|#ЗНАЧ!|#####|##|#n/a|#Name?|#Error|Err:502|Err:508|#GETTING_DATA`},
		{"? out of action", `#n2@corp.example|# a|#NVx|#team|#|//a@b.example|--a@b.example|;a@b.example|<!-- a -->`},
		{"", `a#b|a#|a//b|a--b|N/Ax|err:502|Err:501x`},
		{"! there is nothing", `\N|\n|(null)|(NULL)|<null>|[NULL]|<nil>|{null}|<NA>|[object Object]`},
		{"? placeholder", `NULL|null|Null|None|nil|NaN|undefined|N/A|NA|n/a|-|--|---|—|无|無|空|暂无|(empty)|(blank)|(空白)|<none>|?|/|0|TRUE|false`},
		{"! there is nothing", `%!s(<nil>)|%!d(string=a)`},
		{"? placeholder", `WAHR|FALSCH|VRAI|FAUX|VERDADERO|FALSO|(Leer)|(vide)|(en blanco)|(unset)|(待定)|（待定）|k.A.|k. A.|n. a.|[]|{}|inf|-inf|Infinity|NoneType|同上|〃|ditto|已删除|@`},
		{"? no good mail address", `a@@b.example|a@b.example.|a@|@b.example|a@b.example@c.example|anna@corp..example`},
		{"? full-width", `anna@corp。example|anna@corp｡example`},
		{"? disguised", `a[at]b.example|a (at) b.example|a[AT]b[dot]example|a%40b.example`},
		{"! a spreadsheet wrote as a code", `a@b.example_x000D_|1234_x000D_|a_x000A_`},
		{"? a tag of a web page", `a@b.example<br>|a<br/>|a</p>|a@b.example</td>`},
		{"! wrong encoding", "烫烫烫|烫烫烫烫|a屯屯屯"},
		{"? a spreadsheet wrote as a code", `a_x000D_b|a@b.example_x000A_c@d.example|张三_x000D_李四|a_xFEFF_b|_x0009_a`},
		{"", `a_x00_b|a_x1f_b|max_x2_y|_x_|x_000D_|a_X000D_b|a_x000d_b`},
		{"? could be several", `张三;李四|张三;李四;王五|张三,李四|张三, 李四|1;2|10;20;30`},
		{"? HZ", `~{VEN0~}|a~{VE~}b`},
		{"", `a@b.c.example|a@b|a..b@c.example|.a@b.example|a_x000d|a_x_|user_x0001|inferno|a~b|~{a|屯|1;a|a%20b|atlas(at1)|info`},
		{"? placeholder", `not set|keine|kein Konto|N.N.|sin cuenta|n/v|null;|NULL,|null null|同|~|,|;|deleted|Deleted|离职|已离职|已注销|00000000000|00000000-0000-0000-0000-000000000000|no account|none.`},
		{"? placeholder", `nan.0|NaN.0|none.0|null.0|-.0|无.0`},
		{"? placeholder", `nicht vorhanden|Nicht vorhanden|nicht bekannt|nicht zugewiesen|kein Account|ohne Konto|entfällt|unbekannt|not available|Not Applicable|not found|not assigned|to be defined|no user|no data|unassigned|n/d`},
		{"? placeholder", `non disponible|non défini|pas de compte|sans compte|inconnu|néant|no disponible|no asignado|sin datos|desconocido|ninguno|non disponibile|sconosciuto|nessuno|brak danych|не указано|неизвестно|нет данных|なし|該当なし|未登録|없음|해당 없음|미정|不详|未填写|未分配|未开通|未注册|不适用|没有账号|无账号|待确认|待补充`},
		{"? placeholder", `n / a|N / A|( empty )|[ none ]|- -|< blank >`},
		{"! there is nothing", `( null )|[ NULL ]|< nil >|{ null }`},
		{"", `nan.01|nan.00|none.1|a.0|v1.0.0|not found error|no data no|Vorhanden|an / a|( a )|missing.person|Na Na|nu ll|no user1|0a.0|no.account|Ma Na`},
		{"? the number of a row", `row 9|Row 12|rows 5|record 7|Zeile 9|ligne 4|fila 3|row #9`},
		{"", `row9|row|rowan 9|row 9a|line 5|room 9|Row Nine|9 row`},
		{"? could be a number that a data tool made decimal", `13900000011.|12345.`},
		{"! rounded number", `1.39 E+10|1,39 E+10`},
		{"? in brackets", `「a@b.example」|『a@b.example』`},
		{"? disguised", `a at b dot com|zhang.san at corp dot example`},
		{"? an entry of a directory", `CN=Zhang San,OU=HR,DC=corp|uid=a,ou=people,dc=b|/o=ExchangeLabs/ou=Exchange/cn=Recipients/cn=x|EX:/o=x|X400:c=de|x500:/o=a/cn=b`},
		{"? no good mail address", `a @b.example|a@b .example|a@ b.example|anna@corp,example`},
		{"? out of action", `!a@b.example|~~a@b.example~~|~~a~~`},
		{"? a date or a time", `1.Mrz|01.Mär|1.3.|01.03.|26.Mar|Mrz 26|3-1月`},
		{"? a tab or a line break", `a\tb@c.example|a\nb@c.example|a@b.example\r|a@b.example\r\n`},
		{"? an example", `example@example.com|Someone@example.com|your.name@company.com|请输入账号|请填写账号（必填）|请勿修改`},
		{"? left or is no more", `(deleted) zhang|[deleted] a@b.example|a@b.example（离职）|（离职）张三|张三（离职）|zhang(disabled)|张三[已注销]`},
		{"? a guest", `live.com#a@b.example`},
		{"? a separator behind it", aRoom + ",|" + aRoom + ";"},
		{"", `nullo|Nancy|nan1|a-b|-a|无忌|张无忌|a.null|trueman|00|(a)|0000|a;|,a|noset|keiner|deleted1|~a|!|a!|!!a|1.3|1.3.4|zhang at home|CN=a|a=b,c=d|请教|请愿|a b .c|CORP\tom|CORP\nina|someone@corp.example|user@example.com|zhang.dot|离|a(delete)`},
		{"! rounded number", `9.9E+15|1.39E+10|1,39E+10|1E+15|-1.2e+11|1.5E15`},
		{"", `1E15x|a1.2E+11|12e4b`},
		{"! made a decimal number", `13900000011.0|13900000011.00|13900000011,0|-13900000011.0|938305104.0|12345.000000`},
		{"? could be a number that a data tool made decimal", `1.0|.00|10.00|1234,0`},
		{"", `1.2.0|v1.0|13900000011.5|1.05|139.0.0.1|a.0|10.0.0.1`},
		{"! digits were grouped", `1,582,917|13,900,000,011|1,582,917.00|1,582,917.5|1.582.917|1 582 917|1'582'917|1’582’917|13` + "\u00a0900\u00a0000\u00a0011|13\u202f900\u202f000\u202f011" + `|1.582.917.533.873.850|158 291 753 387 385|-1,582,917|1.582.917,00`},
		{"? could be a number whose digits were grouped", `1,582|15,82,917|600 123 456|600.123.456|48 600 123 456|1582,9175,3387|+1,582,917|123,456,78|13.900.000.011`},
		{"", `192.168.100.200|10.0.0.1|10.100.200.250|1.100.200.250|2.144.166.90|1.2.3|12.34.56.78|555.123.4567|010 123 456|+48 600 123 456|021-5555-1234|139-0000-0011|06 12 34 56 78|1.582|1 582|4008.123.a|1582 9175 3387 3850`},
		{"! in full-width digits", `１３９００００００１１|５`},
		{"? full-width", `１39|ａbc|a＠b.example|张Ａ|ＡＢＣ|a．b|＃a`},
		{"", `张伟（北京）|（a）|张～伟|ｱｲｳ`},
		{"! holds several", `a@b.example;c@d.example|a@b.example, c@d.example|a@b.example c@d.example|a@b.example/c@d.example|a@b.example；c@d.example|a@b.example、c@d.example|a@b.example,c,d@e.example|` + aRoom + ";" + aRoom},
		{"? several numbers", `13900000011;13900000012|13900000011/+8613900000012|13900000011、13900000012`},
		{"", `a;b|a/b|a@b@c|a@b.example/home|a@b;c|@a;@b|0086 13900000011`},
		{"! what mail programs put around", `Zhang San <a@b.example>|<a@b.example>|张三<a@b.example>|"Zhang" <a@b.example>;|a@b.example<mailto:a@b.example>`},
		{"? a mail address and a name", `a@b.example (Zhang San)|Zhang San (a@b.example)`},
		{"? a delimiter", `a@b.example;x|a@b.example,x|` + aRoom + `,x|` + aRoom + ";x"},
		{"? a separator behind it", `a@b.example;|a@b.example,|a@b.example；`},
		{"? a separator behind it", "张伟、|zhang，|张伟；"},
		{"", `a<b|a>b|a(b)|a,|a;|a(1)@b.example`},
		{"! U+FFFD", "a\uFFFDb|\uFFFD|\uFFFD\uFFFD伟|a\xffb"},
		{"! control character", "a\u200Bb|\uFEFFa|a\u200E|a\x01"},
		{"? apostrophe or a quote", "'13900000011|a'|'a'|\"a\"|\"a|`a`|b'a'|''"},
		{"? word processor", `“gg1@corp.example”|”gg2@corp.example”|‘a’|O’Brien|„a“|«a»|＂a＂`},
		{"", `O'Brien|d'Arc@b.example|a"b|a` + "`" + `b|「a」|《a》`},
		{"? mailto:", `mailto:a@b.example|MAILTO:a@b.example|smtp:a@b.example|SMTP:a@b.example|tel:+8613900000011|sip:a@b.example|[a](mailto:b)`},
		{"", `a:b|mail:to|urn:x|mailto`},
		{"? question marks", `???|a???b|??@corp.example|张??|=?UTF-8?B?5byg?=`},
		{"", `a?b|a?b?c|a?b=c|a?|abc?def`},
		{"? has a question mark where a tool could not write a letter", `M?ller|J?rg|Fran?ois|Andr?|J?rg M?ller|m?ller@corp.example|andr?@corp.example|?zil@corp.example|?zge.D@corp.example|张?|王?伟|М?ша|M?ller-L?d`},
		{"? is in UTF-7, an encoding of mails", `M+APw-ller|Andr+AOk-|J+APY-rg@corp.example|a+XyBPHw-|M&APw-ller`},
		{"", `zhang+abc-1@corp.example|zhang+test-1@corp.example|a+b-c|a+-b|a&abc-d|a+AOk|user+AAAA-@x|+861-39`},
		{"? cut short", `zhang.san@corp...|a…|a…b|zhang……`},
		{"", `...|....|a..|a...b|a.`},
		{"? escaped for HTML", `a&amp;b|a&lt;b|&#39;a|a&#x27;|Jos&eacute;|a&nbsp;b`},
		{"! does not show", "a\u3164|a\uFE0F|\u115Fa|a\u1160b|a\u034Fb|a\uFFA0|张\u2800|a\uFFFC|1\uFE0F|a\U000E0101|a\u180B"},
		{"! control character", "a\u2028b|a\u00ADb|a\u2060|张\u200D伟|a\u0085b|a\u202E"},
		{"? changes the one before it", "☎\uFE0Fbob|👨\u200D💻|👩🏽\u200D🚀|葛\U000E0100城|辻\U000E0101|bob❤\uFE0F"},
		{"! wrong encoding", "寮犱紵|鐜嬪皬鏄?|锟斤拷|张锟斤拷|锟斤拷锟斤拷@b.example|拷锟斤|MÃ¼ller|JosÃ©|å¼\u00A0ä¼Ÿ|å¼ ä¼Ÿ|Ð˜Ð²Ð°Ð½|FranÃ§ois|ä½\u00A0å¥½"},
		{"", "婀丹|娴|骁勇|嬿婉|李锟|锟|Müller|Ángel|Ñandú|Öçé|Åsa|Ãngela|Kačírek|Dvořák|烫|ÉLÈVE"},
		{"! program's type", "System.Object[]|System.String[]|Microsoft.ActiveDirectory.Management.ADPropertyValueCollection|System.Collections.Hashtable|System.Collections.Generic.List`1[System.String]|System.Management.Automation.PSObject|System.DBNull|System.__ComObject|Deserialized.System.Object|java.lang.Object@1b2c3d|[Ljava.lang.String;@7852e922|<class 'str'>|<__main__.User object at 0x7f2a>|Microsoft.Exchange.Data.ProxyAddress[]"},
		{"", "System|System.Admin|system.object|Microsoft.Admin|Sam.Smith|Mary.Jane|java.dev|javascript|a[0]"},
		{"! template that was not filled in", "{{account}}|${account}|<%= account %>|#{account}|@{Name=bob}|x-{{ id }}|<%account%>|${user.mail}@b.example"},
		{"? a field of a template", "<account>|{account}|[account]|%account%|{a@b.example}|$account|【账号】|%s|{0}|<a>|[a]"},
		{"", "a%b|a$|WS01$|50%off|a{b}|a[b]|%|{a|$"},
		{"! masked", "139****0011|zh***@x.example|张**|**伟|139＊＊＊＊0011|a●●●b|139••••0011|z**g|138××××0011"},
		{"? masked", "张*|张*伟|z*g@b.example|***|138xxxx0011|138XXXX0011|138-xxxx-0011|1390000xxxx"},
		{"", "zhangxxx|xxx|a-xxx-1|13x0011|0x1f|xx12"},
		{"? a sum of money", "￥13900000011|¥139|$1,234|$1234|€ 1.234,00|1 234,00 €|-$12.50|($1,234.00)|US$12|£5|₩1,000|R$ 5"},
		{"? percentage", "12.5%|100%|1,390%"},
		{"? a date or a time", "3月1日|03月01日|2024年3月1日|2024年3月|24年3月1日|1-Mar|01-Mar|Mar-01|Mar-24|1-Mar-24|01-Mar-2024|Mar 1, 2024|March 1 2024|1 Mar 2024|2024-03-01 00:00:00|2024-03-01|2024/3/1|2024/3/1 0:00|3/1/2024|03/01/24|3/1/2024 12:00:00 AM|01.03.2024|2024-03-01T00:00:00Z|2024-03-01T00:00:00.000+08:00|2024-03-01 00:00:00 UTC|12:30|0:00:00|12:30 PM|01. Mrz|1. Mär 2024|1-mars|01-ene|1-дек|Fri Mar 01 2024 00:00:00 GMT+0800 (CST)|3월 1일|2024년 3월 1일|1-Sept|Dec-10|12/2024|2024/03"},
		{"", "1-2|10-12|2024|2024001|20240301|2024-03|E-2024-03|3.1|1/2|1-marketing|mar|may.lin|mark-01|march|marius-1|1-a|a-1|张月|月月|3月饼|2024-03-01-a|12-34-56|0571-8888|1-8-2|2024-0301|sun-1a|jan-willem|dec|3-mart|12:34:56:78|Monday"},
		{"? a mail address and a name", "Zhang San a@b.example|张三 a@b.example|a@b.example Zhang San|a b@c.example|张三（a@b.example）|a@b.example（张三）|a@b.example(Zhang)|张三：a@b.example|张三，a@b.example|Zhang, San a@b.example|张三/a@b.example|Zhang San;a@b.example|张三\u3000a@b.example"},
		{"", `u/0 %2F?#&+;=<>"\..例@x|a b@c|a@b c`},
		{"? bullet", "• bob|•bob|- bob|* bob|– bob|— bob|● bob|■ bob|☑ bob|→ bob|· bob"},
		{"", "-bob|a-bob|买买提·阿卜杜拉|bob●|1. bob|+1 555"},
		{"? an example", "示例：zhangsan|例：zhangsan|e.g. zhangsan|example: x|eg: x|例如：x|例如,x|样例:zhangsan|如：zhangsan|Sample: x|（示例）zhangsan|zhangsan（示例）|zhangsan(example)|示例1：x|EXAMPLE：x|[示例]x|示例zhangsan|for example: x"},
		{"", "example|example.user|a@b.example|例|王例|sample01"},
		{"? could be several", "alice、bob|alice，bob|张伟、王芳|alice；bob|张，伟|a､b"},
		{"? only looks like", "a\u00A0b|a\u2011b|a\u2010b|a–b|a—b|a\u2009b|a\u202Fb|张\u3000伟|a−b|+86\u00A013900000011|139–0000–0011|zhang\u2013san@b.example"},
		{"", "ー|スーパー|一"},
		{"", `a&b|a&b;c|a&ampb|a&#b;|&copy|a&nosuchentity;b|a%40b|a\b|CORP\user`},
	} {
		for id := range strings.SplitSeq(test.ids, "|") {
			for field, got := range map[string]verdict{"account": wrongID("account", id), "vmr_id": checkRoom(id, true)} {
				text := ""
				switch {
				case got.invalid != "":
					text = "! " + got.invalid
				case got.warning != "":
					text = "? " + got.warning
				}
				if verdict, words, _ := strings.Cut(test.words, " "); !strings.HasPrefix(text, verdict) || !strings.Contains(text, words) || (verdict == "") != (text == "") {
					t.Errorf("%s %q: %q, want %q", field, id, text, test.words)
				}
				if (got.doubt == DoubtPlaceholder || got.doubt == DoubtShape || got.doubt == DoubtEncoding) != (got.warning != "") {
					t.Errorf("%s %q: a doubt of kind %q: %q", field, id, got.doubt, got.warning)
				}
			}
		}
	}
}

// TestDamagedRooms: for rooms the list comes first, and then what is known of rooms alone.
func TestDamagedRooms(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]verdict{
		aRoom:              {},
		"'" + aRoom:        {warning: "vmr_id begins or ends with an apostrophe or a quote", doubt: DoubtPlaceholder},
		"“" + aRoom + "”":  {warning: "vmr_id has a word processor's quotes", doubt: DoubtPlaceholder},
		`="` + aRoom + `"`: {invalid: "vmr_id is a formula of a spreadsheet, not the text that it shows"},
		"938305104.0":      {invalid: "vmr_id was made a decimal number by a data tool"},
		"NULL":             {warning: "vmr_id is a placeholder, such as NULL, - or TRUE", doubt: DoubtPlaceholder},
		"0":                {invalid: "vmr_id is the number that people dial, not the room's unique id"},
		"1E15":             {invalid: "vmr_id was turned into a rounded number by a spreadsheet"},
		"zz":               {warning: "vmr_id is not 32 hex digits"},
		"980-000-000":      {invalid: "vmr_id is the number that people dial, not the room's unique id"},
		"980 305 104":      {invalid: "vmr_id is the number that people dial, not the room's unique id"},
		"Total":            {warning: "vmr_id reads like a sum or an end", doubt: DoubtShape},
		"合计":               {warning: "vmr_id reads like a sum or an end", doubt: DoubtShape},
		"missing":          {warning: "vmr_id is not 32 hex digits"},

		"ff80 8081 6b9e c3ab 016b a125 aca2 0009": {warning: "vmr_id has blanks between its digits", doubt: DoubtPlaceholder},
		"ff808081-6b9e-c3ab-016b-a125aca20009":    {warning: "vmr_id is not 32 hex digits"},
	} {
		if got := checkRoom(id, false); got != want {
			t.Errorf("%q: %+v, want %+v", id, got, want)
		}
	}
}

// readAll reads an input to its end.
func readAll(t *testing.T, input string, op job.Operation, opts Options) (its []job.Item, notes []Note) {
	t.Helper()
	r, err := New(strings.NewReader(input), "in.csv", op, opts)
	for err == nil {
		var it job.Item
		if it, err = r.Read(); err == nil {
			its = append(its, it)
		}
	}
	if r == nil || err.Error() != "EOF" {
		t.Fatal(err)
	}
	return its, r.Notes()
}

// TestDamagedStatus: why a value is none is told where a tool made it of one.
func TestDamagedStatus(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"启用": "", "禁用": "", "Enabled": "", "ENABLED": "", "停用": "",
		"2":         `user_status is not 0, 1, normal or disabled: "2"`,
		"1.0":       `user_status is not 0, 1, normal or disabled; it could be a number that a data tool made decimal: "1.0"`,
		"TRUE":      `user_status is not 0, 1, normal or disabled; it is a placeholder, such as NULL, - or TRUE: "TRUE"`,
		"１":         `user_status is not 0, 1, normal or disabled; it is written in full-width digits: "１"`,
		`"=""1"""`:  `user_status is not 0, 1, normal or disabled; it is a formula of a spreadsheet, not the text that it shows: "=\"1\""`,
		"'1":        `user_status is not 0, 1, normal or disabled; it begins or ends with an apostrophe or a quote: "'1"`,
		"disabled?": `user_status is not 0, 1, normal or disabled: "disabled?"`,
	} {
		its, _ := readAll(t, "account,user_status\na,"+value+"\n", job.SetStatus, Options{})
		if got := its[0].Reason(); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}

// TestBareFormula: a formula whose quotes were not doubled is told as what it is.
func TestBareFormula(t *testing.T) {
	t.Parallel()
	its, _ := readAll(t, "account,vmr_id\n=\"0017788\","+aRoom+"\na,=\""+aRoom+"\"\na\"b,"+aRoom+"\n", job.Reclaim, Options{})
	for i, want := range []string{"account is a formula of a spreadsheet, not the text that it shows", "vmr_id is a formula of a spreadsheet, not the text that it shows",
		"a quote stands inside a field, or text behind a closing quote"} {
		if its[i].Reason() != want {
			t.Errorf("%q, want %q", its[i].Reason(), want)
		}
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ids  string
		want string
	}{
		{"1582917533873850000 1582917533873860000 1582917533871120000 1582917533874490000", "4 [2 3 4 5]"},
		{"1582917533873850000 1582917533873860000", "2 [2 3]"},
		{"1582917533873850000 a 1582917533873860000 b 1582917533871122233", "2 [2 4]"},
		{"1582917533873850000 1582917533873860000 1582917533873860000", "3 [2 3 4]"},
		{"1582917533873850 1582917533873860 1582917533873890", "3 [2 3 4]"},
		{"1582917533873850", ""},                                                                     // one alone
		{"1582917533873850 1582917533873860", ""},                                                    // two of 16 digits
		{"1582917533873850 1582917533873860 1582917533873850 1582917533873860", ""},                  // the same two
		{"1582917533873850000", ""},                                                                  // one alone
		{"1582917533873850000 1582917533873850000 1582917533873850000", ""},                          // the same
		{"1582917533873850000 1582917533873860000 1582917533871122233 1582917533871122234", ""},      // no more than half
		{"158291753387385 158291753387000 139000000000000", ""},                                      // 15 digits
		{"a1582917533873850000 b1582917533873850000 c1582917533873850000", ""},                       // no numbers
		{"1582917533873850001 1582917533873850010 1582917533873850100", ""},                          // other digits
		{"1582917533873850 1582917533873860 1582917533873890 1582917533873851 1582917533873852", ""}, // three of five
		{"12345678901234560000000000000000 12345678901234570000000000000000", ""},                    // a digit at 16
		{"12345678901234500000000000000000 12345678901235500000000000000000", "2 [2 3]"},             // also of 32 digits
		{strings.Repeat("1582917533873850000 1582917533873860000 ", 20) + "1582917533871122233", "40 [2 3 4 5 6 7 8 9 10 11]"},
	} {
		accounts := strings.Fields(test.ids)
		for op, input := range map[string]string{"account": "account\n" + strings.Join(accounts, "\n"), "vmr_id": "account,vmr_id\nx," + strings.Join(accounts, "\nx,")} {
			operation, opts := job.SetStatus, Options{Value: "1"}
			if op == "vmr_id" {
				operation, opts = job.Reclaim, Options{AnyID: true}
			}
			_, notes := readAll(t, input, operation, opts)
			got := ""
			for _, n := range notes {
				got += fmt.Sprint(n.Count, " ", n.Lines)
				if n.Doubt != DoubtRounded || !strings.HasPrefix(n.Text, op+" was rounded to 15 digits") || !strings.HasSuffix(n.Text, accounts[0]) {
					t.Errorf("%s: %+v", test.ids, n)
				}
			}
			if got != test.want {
				t.Errorf("%s of %s: %q, want %q", op, test.ids, got, test.want)
			}
		}
	}
}

// TestCheckChangesNothing: whatever stands in the fields, an item has them but for blanks around them and the API's words.
func TestCheckChangesNothing(t *testing.T) {
	t.Parallel()
	readers := []*Reader{}
	for _, op := range job.Operations() {
		r, err := New(strings.NewReader("account,"+op.Column+"\n"), "in.csv", op, Options{})
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
	}
	piece := rapid.SampledFrom([]string{"", "a", "E+", "1", ".0", ",582", "#", "N/A", "=", `"`, "'", "<", ">", "@", "&amp;", "??", "...", "（", "１", "“", "張", "\uFFFD", "\xff", "\u00a0", " ", "mailto:", aRoom, "0000000000000000"})
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(piece, 0, 6), func(p []string) string { return strings.Join(p, "") }))
	rapid.Check(t, func(t *rapid.T) {
		account, value := text.Draw(t, "account"), text.Draw(t, "value")
		for _, r := range readers {
			var it job.Item
			r.check(&it, account, value)
			_, known := r.op.ValueOf(trim(value))
			if it.Account != trim(account) || it.Value != trim(value) && !known {
				t.Fatalf("%q %q became %q %q", account, value, it.Account, it.Value)
			}
			if it.Invalid != "" && it.Warning+it.Doubt != "" || (it.Doubt != "") && it.Warning == "" {
				t.Fatalf("%+v", it)
			}
		}
	})
}

// TestFalseAlarms: IDs of every shape that the documents allow are good: 0 invalid, and less than one in 1,000 a doubt.
func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	of := func(n int, alphabet string) string {
		chars, text := []rune(alphabet), []rune{}
		for range n {
			text = append(text, chars[random.IntN(len(chars))])
		}
		return string(text)
	}
	const lower, upper, digits, chinese = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "张王李赵陈杨黄周吴徐伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
	between := func(least, most int) int { return least + random.IntN(most-least+1) }
	shapes := []func() string{
		func() string { return of(1, lower) + of(between(2, 63), lower+digits+"_-.") + of(1, digits+lower) },
		func() string { return of(between(2, 8), upper) + of(between(3, 8), digits) },
		func() string { return of(between(4, 250), lower+upper+digits) },
		func() string {
			return of(between(3, 12), lower) + "." + of(between(2, 12), lower) + "@" + of(between(3, 10), lower) + ".example"
		},
		func() string { return of(between(3, 12), lower+upper+digits+"_-") + "@" + of(between(3, 10), lower) },
		func() string { return "1" + of(10, digits) },
		func() string { return "+86" + of(11, digits) },
		func() string { return "+86 1" + of(2, digits) + " " + of(4, digits) + " " + of(4, digits) },
		func() string { return "0" + of(2, digits) + "-" + of(8, digits) },
		func() string { return of(3, digits) + "-" + of(4, digits) + "-" + of(4, digits) },
		func() string { return of(3, digits) + "." + of(3, digits) + "." + of(4, digits) },
		func() string { return of(between(6, 20), digits) },
		func() string { return of(between(2, 4), chinese) },
		func() string { return of(between(2, 4), chinese) + "（" + of(2, chinese) + "）" },
		func() string { return of(between(2, 4), chinese) + of(between(1, 6), digits) },
		func() string {
			return of(1, upper) + of(between(2, 8), lower) + " " + of(1, upper) + of(between(2, 9), lower)
		},
		func() string { return of(255, chinese) },
		func() string { return "O'" + of(1, upper) + of(between(3, 8), lower) + "@corp.example" },
		func() string {
			return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<16), random.IntN(1<<16), random.Int64N(1<<48))
		},
		func() string { return of(between(3, 8), lower) + of(1, "/%?#;+=&\\:") + of(between(3, 8), lower) },
		func() string {
			return fmt.Sprintf("%d.%d.%d.%d", random.IntN(256), random.IntN(256), random.IntN(256), random.IntN(256))
		},
		func() string {
			return fmt.Sprintf("%s%d.%d.%d", of(1, "vV"), random.IntN(20), random.IntN(20), random.IntN(20))
		},
		func() string { return of(between(2, 6), "한국어사람이름") },
		func() string { return of(between(2, 8), "éèüößñçabcdefg") + "@corp.example" },
	}
	shapes = append(shapes,
		func() string { return "2024" + of(3, digits) },
		func() string { return of(1, lower) + "-" + of(between(1, 3), digits) },
		func() string { return of(2, digits) + "-" + of(2, digits) },
		func() string {
			return of(between(1, 2), digits) + "-" + of(between(1, 4), digits) + "-" + of(between(1, 3), digits)
		},
		func() string { return of(1, upper) + fmt.Sprintf("-20%s-%s", of(2, digits), of(2, digits)) },
		func() string { return fmt.Sprintf("20%s-%s", of(2, digits), of(4, digits)) },
		func() string { return fmt.Sprintf("20%s%02d%02d", of(2, digits), between(1, 12), between(1, 31)) },
		func() string { return of(between(3, 8), lower) + "-" + of(between(3, 8), lower) + "-" + of(2, digits) },
		func() string { return of(between(3, 8), lower) + "." + of(between(3, 8), lower) + of(2, digits) },
		func() string { return of(between(2, 5), upper) + "_" + of(between(1, 4), digits) + "-" + of(1, lower) },
		func() string { return of(between(2, 4), chinese) + "·" + of(between(2, 4), chinese) },
		func() string { return of(1, upper) + of(between(2, 8), "abcdeéèüößñçáãõøåæłšžřő") },
		func() string { return of(1, digits+lower) + of(between(2, 8), digits+"x-") + of(1, lower) },
	)
	ids, longest := Mass(10_000, 100_000), Mass(200, 1000)
	invalid, doubts := 0, 0
	for i := range ids {
		id := shapes[i%len(shapes)]()
		switch got := wrongID("account", id); {
		case got.invalid != "":
			invalid++
			t.Logf("%q: %s", id, got.invalid)
		case got.warning != "":
			doubts++
			t.Logf("%q: %s", id, got.warning)
		}
		room := of(32, digits+"abcdef")
		if i%2 == 0 {
			room = strings.ToUpper(room)
		}
		if got := checkRoom(room, false); got != (verdict{}) {
			t.Errorf("%q: %+v", room, got)
		}
	}
	inLists := 0
	for i, shape := range shapes {
		for _, n := range []int{1, 2, 3, 5, 40, longest} {
			list, table := "account\n", "name,account,department,note\n"
			for row := range n {
				id := `"` + shape() + `"`
				list += id + "\n"
				table += fmt.Sprintf("\"%s\",%s,%s,%s\n", of(2, chinese), id, of(2, upper), strings.Repeat("x", row%2))
			}
			for _, input := range []string{list, table} {
				its, _ := readAll(t, input, job.SetStatus, Options{Value: "1"})
				for _, it := range its {
					if it.Doubt == DoubtShape {
						inLists++
						t.Logf("shape %d, %d rows: %q: %s", i, n, it.Account, it.Warning)
					}
				}
			}
		}
	}
	if all := len(shapes) * 2 * (51 + longest); inLists >= all/1000 {
		t.Errorf("of %d accounts in lists of one shape %d are doubts", all, inLists)
	}
	if invalid > 0 || doubts >= ids/1000 {
		t.Errorf("of %d IDs %d are invalid, %d are doubts", ids, invalid, doubts)
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, account := range map[string]string{"address": "user0000001@corp.example", "digits": "13900000011", "Chinese": "张伟王", "words": "Zhang San", "room": aRoom} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				wrongID("account", account)
			}
		})
	}
}
