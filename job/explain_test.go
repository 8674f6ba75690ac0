package job_test

import (
	"fmt"
	"strings"
	"testing"

	"meetbatch/job"
)

// documented are the codes of api-facts, sections 3.2 and 3.3, and of api-reading, section 6; a range ends behind the dash.
const documented = `000000001-000000004 000000008 000000010 100000429 200000001-200000005 201020007 201020023 201040000 201040001
201040005 201040006 201040016 201040020 201040031 201040042-201040047 201050012 201050015 201050021 201050022 211030046
201080000 201080001 201080006 201080008 201080017 201090001 201090012 201510001 201510003 206010000 206010007
206010010-206010013 206010022-206010025 206010027 206010029-206010031 206010036 206010042 206010057 206010058
206010064-206010066 206010070 206010071 206010074 206010075 206020000-206020002 206030000-206030016 206030018 206030019
206030023 206030028 206030031 206040000 206060008-206060015 206060017 211060003`

func TestExplainKnowsTheDocuments(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, span := range strings.Fields(documented) {
		from, to, is := strings.Cut(span, "-")
		if !is {
			to = from
		}
		for n := from; n <= to; {
			codes = append(codes, "USG."+n, n)
			var number int
			fmt.Sscan(strings.TrimLeft(n, "0"), &number)
			n = fmt.Sprintf("%09d", number+1)
		}
	}
	codes = append(codes, "MMC.111070001", "MMC.111070002", "MMC.111070005", "MMC.111070006", "MMC.111072005")
	for _, code := range codes {
		plainWords(t, code, job.Explain(job.Failed, 400, code))
	}
	for code, statuses := range map[string][]int{
		"0101": {404}, "0103": {500}, "0201": {400, 413, 502, 504, 500}, "0204": {400}, "0301": {401}, "0303": {401}, "0305": {401}, "0307": {401},
		"0311": {401}, "0302": {403}, "0304": {403}, "0306": {403}, "0308": {429}, "0310": {403}, "0401": {403}, "0402": {403}, "0404": {403},
		"0501": {405}, "0502": {405}, "0601": {500}, "0607": {400}, "0610": {502}, "0613": {503}, "0802": {403}, "1009": {400},
	} {
		for _, status := range statuses {
			plainWords(t, code, job.Explain(job.Failed, status, "APIG."+code))
		}
	}
	for _, status := range []int{0, 401, 403, 404, 429, 500, 502, 503, 504} {
		plainWords(t, fmt.Sprint(status), job.Explain(job.Failed, status, ""))
	}
}

// plainWords wants an explanation to be short, and a phrase in lower case that can stand behind another.
func plainWords(t *testing.T, code string, e job.Explanation) {
	t.Helper()
	for _, text := range []string{e.Means, e.Do} {
		if text == "" || len(text) > 75 || strings.ToLower(text[:1]) != text[:1] && text[:1] != "H" || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", code, text)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     job.Status
		httpStatus int
		code       string
		means, do  string
		again      bool
	}{
		{job.Failed, 400, "USG.201080000", "the room does not exist", "unique id", false},
		{job.Failed, 400, "201080000", "the room does not exist", "unique id", false},
		{job.Failed, 400, "USG.299999999", "", job.ErrorCenter, false},
		{job.Failed, 403, "USG.299999999", "may not", job.ErrorCenter, false},
		{job.Unknown, 0, "", "no answer", "again", true},
		{job.Unknown, 0, "", "no answer", "meetbatch reconcile", true},
		{job.Failed, 0, "NOT_CARRIED_OUT", "was not carried out", "again", true},
		{job.Unknown, 504, "APIG.0201", "could not reach", "again", true},
		{job.Failed, 500, "", "trouble of its own", "later", true},
		{job.Failed, 429, "APIG.0308", "too many requests", "--rate", true},
		{job.Invalid, 0, "", "", "mend", false},
		{job.Failed, 400, "", "", "", false},
	} {
		e := job.Explain(test.status, test.httpStatus, test.code)
		if !strings.Contains(e.Means, test.means) || !strings.Contains(e.Do, test.do) || e.Again != test.again || test.means == "" && e.Means != "" {
			t.Errorf("%s %d %s: %+v", test.status, test.httpStatus, test.code, e)
		}
	}
	for _, test := range []struct {
		answer job.Answer
		hint   string
	}{
		{job.Answer{HTTPStatus: 401, Code: "USG.000000004"}, "new token"},
		{job.Answer{HTTPStatus: 401, Code: "USG.299999999"}, "new token"},
		{job.Answer{HTTPStatus: 403}, "default administrator"},
		{job.Answer{HTTPStatus: 403, Code: "APIG.0302"}, "default administrator"},
		{job.Answer{HTTPStatus: 404}, "the service's address"},
		{job.Answer{HTTPStatus: 404, Code: "APIG.0101"}, "the service's address"},
		{job.Answer{HTTPStatus: 400, Code: "USG.206010064"}, "the service's address"},
	} {
		if hint := job.StopHint(test.answer); !strings.Contains(hint, test.hint) {
			t.Errorf("%s: %q", test.answer, hint)
		}
	}
}
