package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// fewCharacters are too few to tell UTF-8 from Chinese where each of them could be either.
const fewCharacters = 10

// guess tells which encoding a stretch of text is in that is not all ASCII, or unknown, and whether that is doubtful.
// Its last character may be cut. A statistic of pairs of letters, as libraries have it, needs more text than a list of a
// few accounts holds: characters that are common in Chinese tell more.
func guess(window []byte) (encoding string, doubtful bool) {
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
	for i := 0; i < len(text); i++ {
		if text[i] < utf8.RuneSelf {
			continue
		}
		start := i
		for i < len(text) && text[i] >= utf8.RuneSelf {
			i++
		}
		word := text[start:i]
		beside := start > 0 && isLetter(text[start-1]) || i < len(text) && isLetter(text[i])
		if !belongTogether(string(word), beside) || !beside && share(word, GB18030, isCommonChinese) == 1 {
			return true
		}
	}
	return false
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

// offer names the encoding, of those that are not guessed, in which a text reads well; "" where there is none.
func offer(text []byte) string {
	for _, o := range []struct {
		encoding string
		least    float64 // the share of characters that have to be such
		is       func(rune) bool
		can      func(first byte, run int) bool // whether it can hold a run of so many bytes beyond ASCII
	}{
		{Windows1252, 1, func(c rune) bool { return strings.ContainsRune(western, c) }, func(_ byte, run int) bool { return run <= 2 }},
		{GB18030, 0.5, isCommonChinese, nil},
		{EUCKR, 0.9, func(c rune) bool { return unicode.Is(unicode.Hangul, c) }, func(first byte, _ int) bool { return first >= 0xA1 }},
		{Big5, 0.5, isCommonChinese, nil},
		{ShiftJIS, 0.9, func(c rune) bool { return 0x3000 <= c && c <= 0x9FFF }, nil}, // kana and kanji
	} {
		if (o.can == nil || runs(text, o.can)) && share(text, o.encoding, o.is) >= o.least {
			return o.encoding
		}
	}
	return ""
}

// share gives the share of the characters beyond ASCII, as they are read in an encoding, that are of a sort.
func share(text []byte, encoding string, is func(rune) bool) float64 {
	read, _ := charsets[encoding].NewDecoder().Bytes(text) // what is no text becomes utf8.RuneError
	some, all, signs := 0, 0, false
	for _, c := range string(read) {
		if c < utf8.RuneSelf || 0x3000 <= c && c <= 0x303F { // blanks and signs are the same in several
			signs = signs || c >= utf8.RuneSelf
			continue
		}
		if all++; is(c) {
			some++
		}
	}
	if all == 0 && signs {
		return 1
	}
	return float64(some) / max(1, float64(all))
}

// runs tells whether each run of bytes beyond ASCII is one that can be.
func runs(text []byte, can func(first byte, run int) bool) bool {
	run := 0
	for i, c := range text {
		switch {
		case c < utf8.RuneSelf:
			run = 0
			continue
		default:
			run++
		}
		if !can(text[i-run+1], run) {
			return false
		}
	}
	return true
}

var commonRunes = func() map[rune]bool {
	common := map[rune]bool{}
	for _, c := range commonChinese {
		common[c] = true
	}
	return common
}()

func isCommonChinese(c rune) bool { return commonRunes[c] }
