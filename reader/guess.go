package reader

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// commonChinese are characters of which most that is written in Chinese consists, those of names, offices and addresses
// among them; the last ones as Taiwan writes them.
const commonChinese = "账帐号邮箱启停禁用户姓职称云状态卡码密角域租企公测试学校院医局处科班猫狗兔熊" +
	"的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把" +
	"机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔" +
	"更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共" +
	"确传师观清今切院让识候带导争运笔八六七九百千李刘陈杨赵黄周吴徐孙胡朱郭罗宋郑谢韩唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚娜静敏婷磊" +
	"鑫涵昊睿宇轩浩杰涛超勇艳芳丽娟霞秀英华慧巧淑惠珠翠雅芝玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲环雪荣爱妹香莺媛瑞凡佳嘉琼勤珍贞莉桂娣璧璐娅琦晶妍茜秋珊莎锦黛青倩婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑柔竹霭凝晓欢霄枫芸" +
	"菲寒伊亚宜姬舒影荔枝毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠竣刚伟毅俊峰仁波贵福祥胜祖琛梁栋维启伦翔旭鹏泽晨辰士致树炎河哲志鸿斌松柏卓桐梓妮欧阳诸葛室议财研销售省县镇街号楼层厦组客户技支持這個們來說時會為國對發後過樣還開從實與長" +
	"無軍機關點業將兩間問戰頭體見產聲論處義氣題爾電數報結務場門員給東陳劉楊趙黃吳孫鄭謝韓馮蕭鄧許傑偉張豪霖珮佩洪翰區號樓廳臺灣台鄉鎮縣銷財資議營雄忠孝左柯葉賴簡鍾莊蘇呂肖韦尉唯维惟蔚芯谐未协笑邢幸庄卓"

// western are the letters beyond ASCII of the languages that are written in Windows' code page for the west of Europe.
const western = "äöüßÄÖÜéèêëàâáãåçñíìîïóòôõøúùûÿæœÀÂÁÃÅÉÈÊÇÑÍÎÓÔØÚÆŒ"

// commonKorean are syllables of which most Korean names consist, and words of offices.
const commonKorean = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은용" +
	"준훈수빈영희철아예라혜경미숙자순호재동건승태형규상찬범혁환욱일솔별봄가람다온율시후세의실부업무팀사개발울산광역특구로대리과총획관센터본교육해운랑슬늘보름별휘겸린완복덕춘종필근식섭병창학만섬을북충청라포항"

// commonJapanese are characters of Japanese names and offices that are not common in Chinese, or not written so.
const commonJapanese = "田郎藤鈴橋辺渡裕輔誠吉井斎斉沢浜崎島嶋岡坂塚森池川谷野原松竹桜近遠久保幸司男恵香奈央菜々優翔拓孝希潤哉課営業総務会議県都府区町丁目番株式部企画開発製造経報技術究所支店場係佐齋内介吾悟亮斗陽陸悠蓮結衣葵凛咲愛莉彩乃沙里紀織絵理栄浅尾宮戸須菅荒熊丸服柴堀桑梶岩関滝津亀倉辻横鶴"

// fewCharacters are too few to tell UTF-8 from Chinese where each of them could be either.
const fewCharacters = 10

// guess tells which encoding a stretch of text is in that is not all ASCII, or unknown, and whether that is doubtful.
// Its last character may be cut. A statistic of pairs of letters, as libraries have it, needs more text than a list of a
// few accounts holds: characters that are common in Chinese tell more.
func guess(window []byte) (name string, doubtful bool) {
	good, bad := 0, 0   // bytes of characters in UTF-8, and bytes that are not UTF-8
	either, all := 0, 0 // of these characters, those that could be in GB2312 as well, and all
	for text := window; len(text) > 0; {
		c, size := utf8.DecodeRune(text)
		switch {
		case size > 1:
			good += size
			all++
			if size == 2 && text[0] >= 0xA1 && text[1] >= 0xA1 {
				either++
			}
		case c == utf8.RuneError && utf8.FullRune(text):
			bad++
		}
		text = text[size:]
	}
	if good > bad { // also where it is damaged: the place is found with its row
		return UTF8, either == all && all < fewCharacters && mayBeChinese(window)
	}
	if share(window, GB18030, isCommonChinese) > 0.5 {
		return GB18030, true
	}
	return unknown, false
}

// mayBeChinese tells whether one of the words beyond ASCII in a text in UTF-8, whose characters could be in GB2312 as well,
// is as likely to be Chinese. It is not where it is of letters that belong together: Latin ones beside others of ASCII, or
// those of one script, of which the reading in Chinese holds a character that is not common.
func mayBeChinese(text []byte) bool {
	for _, at := range beyondASCII().FindAllIndex(text, -1) {
		word, beside := text[at[0]:at[1]], isBesideLetter(text, at)
		if !belongTogether(string(word), beside) || !beside && share(word, GB18030, isCommonChinese) == 1 {
			return true
		}
	}
	return false
}

// beyondASCII matches the words, or the parts of words, that are not in ASCII.
var beyondASCII = expression(`[^\x00-\x7F]+`)

// isBesideLetter tells whether a letter of ASCII stands before or behind such a part.
func isBesideLetter(text []byte, at []int) bool {
	return at[0] > 0 && isLetter(text[at[0]-1]) || at[1] < len(text) && isLetter(text[at[1]])
}

// belongTogether tells whether the letters of a word are of one script, and of today; those that are Latin only where they
// stand beside letters of ASCII. Capitals do not follow small letters.
func belongTogether(word string, beside bool) bool {
	small := false
	for _, c := range word {
		if unicode.IsUpper(c) && small {
			return false
		}
		small = small || unicode.IsLower(c)
	}
	of := func(is func(c rune) bool) bool {
		return strings.IndexFunc(word, func(c rune) bool { return !is(c) }) < 0
	}
	if beside {
		return of(func(c rune) bool { return 'À' <= c && c <= 'ſ' && unicode.IsLetter(c) || c == '·' })
	}
	return of(func(c rune) bool { return 'Ͱ' <= c && c <= 'ώ' && unicode.Is(unicode.Greek, c) }) ||
		of(func(c rune) bool { return 'Ѐ' <= c && c <= 'џ' }) ||
		of(func(c rune) bool { return unicode.Is(unicode.Hebrew, c) }) ||
		of(func(c rune) bool { return unicode.Is(unicode.Arabic, c) })
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// reading is an encoding that a text could be in, and how it is told that it reads well.
type reading struct {
	offered   string // under which name; "" where it only keeps others from being offered
	charset   encoding.Encoding
	different int     // how many different characters beyond ASCII it takes to offer it
	least     float64 // the share of them that have to be common
	common    func(rune) bool
	fits      func(text []byte) bool // what else has to be so; nil: nothing
}

// readings take so many characters that none is offered for what the texts of the tests are not: with four letters of one
// language, or nine of several, and with six characters of the others. With one, a rare Chinese character is Korean.
var readings = []reading{
	{Windows1252, charmap.Windows1252, 4, 1, isOneOfRunes(western), isWestern},
	{EUCKR, korean.EUCKR, 6, 0.8, isOneOfRunes(commonKorean), nil},
	{Big5, traditionalchinese.Big5, 6, 0.6, isCommonChinese, nil},
	{ShiftJIS, japanese.ShiftJIS, 6, 0.8, isCommonJapanese, nil},
	{"", japanese.EUCJP, 0, 0.6, isCommonJapanese, nil},
	{"", simplifiedchinese.GB18030, 0, 0.4, isCommonChinese, nil},
}

// manyLetters are more different ones than a text has by chance that is of other languages: with so many, several languages of
// the west of Europe are likely.
const manyLetters = 9

// offer names the encoding, of those that are not guessed, in which a text reads well; "" where there is none, where there
// are several, or where the text is too short to tell.
func offer(text []byte) (name string) {
	found := 0
	for _, r := range readings {
		share, different := readAs(text, r.charset, r.common)
		if share < r.least || r.fits != nil && !r.fits(text) {
			continue
		}
		if found++; different >= r.different {
			name = r.offered
		}
	}
	if found > 1 {
		return ""
	}
	return name
}

// share gives the share of the characters beyond ASCII, as they are read in an encoding, that are of a sort.
func share(text []byte, name string, is func(rune) bool) float64 {
	share, _ := readAs(text, charsets[name], is)
	return share
}

// readAs is share, and how many different characters there are.
func readAs(text []byte, charset encoding.Encoding, is func(rune) bool) (share float64, different int) {
	read, _ := charset.NewDecoder().Bytes(text) // what is no text becomes utf8.RuneError
	some, all, signs, seen := 0, 0, false, map[rune]bool{}
	for _, c := range string(read) {
		if c < utf8.RuneSelf || isSign(c) { // blanks and signs are the same in several
			signs = signs || c >= utf8.RuneSelf
			continue
		}
		seen[c] = true
		if all++; is(c) {
			some++
		}
	}
	if all == 0 && signs {
		return 1, 0
	}
	return float64(some) / max(1, float64(all)), len(seen)
}

// isWestern tells whether the letters beyond ASCII stand in words as they do in the west of Europe: alone or in twos, beside
// letters of ASCII. Where they could be those of another language in its own code page it is not known.
func isWestern(text []byte) bool {
	words, twos := 0, 0
	for _, at := range beyondASCII().FindAllIndex(text, -1) {
		size := at[1] - at[0]
		if size > 2 || !isBesideLetter(text, at) {
			return false
		}
		words++
		twos += size - 1
	}
	_, different := readAs(text, charmap.Windows1252, func(rune) bool { return true })
	return twos*2 <= words && (isOfOne(text, westernLanguages) || different >= manyLetters) && !isOfOne(text, otherLanguages)
}

// language is one by its letters beyond ASCII, small ones, and the code page that was used for it.
type language struct {
	charset encoding.Encoding
	letters string
}

// otherLanguages have letters in their code pages where Windows1252 has others. Those of German names are among them.
var otherLanguages = []language{
	{charmap.Windows1250, "áčďéěíňóřšťúůýžäöü"}, {charmap.Windows1250, "áäčďéíĺľňóôŕšťúýžöü"}, {charmap.Windows1250, "ąćęłńóśźżäöü"},
	{charmap.Windows1250, "áéíóöőúüűä"}, {charmap.Windows1250, "ăâîşţáéöü"}, {charmap.Windows1250, "čćžšđöü"},
	{charmap.Windows1257, "ąčęėįšųūž"}, {charmap.Windows1257, "āčēģīķļņšūž"}, {charmap.Windows1254, "çğıöşüâîû"},
}

var westernLanguages = []language{
	{charmap.Windows1252, "äöüßé"}, {charmap.Windows1252, "àâæçéèêëîïôœùûüÿ"}, {charmap.Windows1252, "áéíóúñü"}, {charmap.Windows1252, "áâãàçéêíóôõúü"},
	{charmap.Windows1252, "àèéìíîòóùú"}, {charmap.Windows1252, "åäöæøéü"}, {charmap.Windows1252, "ëïéèöü"}, {charmap.Windows1252, "àçéèíïóòúü"},
}

// isOfOne tells whether all letters of a text could be those of one of some languages.
func isOfOne(text []byte, languages []language) bool {
	return slices.ContainsFunc(languages, func(l language) bool {
		share, _ := readAs(text, l.charset, func(c rune) bool { return strings.ContainsRune(l.letters, unicode.ToLower(c)) })
		return share == 1
	})
}

func isOneOfRunes(several string) func(rune) bool {
	set := sync.OnceValue(func() map[rune]bool {
		set := map[rune]bool{}
		for _, c := range several {
			set[c] = true
		}
		return set
	})
	return func(c rune) bool { return set()[c] }
}

var (
	isCommonChinese = isOneOfRunes(commonChinese)
	isCommonKanji   = isOneOfRunes(commonJapanese)
)

// isCommonJapanese takes kana, but not those of half width, for common.
func isCommonJapanese(c rune) bool {
	return 'ぁ' <= c && c <= 'ヿ' || isCommonKanji(c) || isCommonChinese(c)
}

// isSign tells of blanks, signs and full-width ASCII, which several encodings have in the same places.
func isSign(c rune) bool {
	return 0x2000 <= c && c <= 0x206F || 0x3000 <= c && c <= 0x303F || 0xFF00 <= c && c <= 0xFF5E
}
