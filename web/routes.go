package web

import (
	"net/http"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// route is one address of the node: who may come (the action that the rules
// are asked about), which reader the page is drawn for, and who serves it.
type route struct {
	Method, Pattern string
	Action          access.Action
	Thing           access.ThingKind
	Layout          layout
	Open            bool  // the public may come without signing in
	Basic           bool  // for programs: who asks is told by HTTP Basic and not by a cookie, and errors are TAXII's
	Upload          int64 // bytes of a file that comes with the form
	At              site
	// of finds the thing that the address names, with its own mark, for the
	// rules to be asked about that one; nil where the page asks itself.
	of    func(*Server, *http.Request) (access.Thing, error)
	serve func(*Server, http.ResponseWriter, *http.Request) error
}

// site says on which nodes a route exists.
type site int

const (
	anywhere site = iota
	companies
	agencies
)

// about is the route with the way to the thing that its address names.
func (rt route) about(of func(*Server, *http.Request) (access.Thing, error)) route {
	rt.of = of
	return rt
}

// id is the thing that a request is about, for the rules' sentence and the
// audit trail. A receipt code is a secret and is no id.
func (rt route) id(r *http.Request) string {
	if rt.Open {
		return ""
	}
	for _, name := range []string{"id", "source"} {
		if v := r.PathValue(name); v != "" {
			if rest := r.PathValue("rest"); rest != "" {
				return v + "/" + rest
			}
			return v
		}
	}
	return ""
}

// reason is what the person stated, where the rules want one.
func (rt route) reason(r *http.Request) string {
	if rt.Action == access.ActOpenVault || rt.Action == access.ActDelete {
		return r.PostFormValue("reason")
	}
	return ""
}

// routes is every address of this node, as data: the authorisation matrix
// test goes over each of them with each role.
func (s *Server) routes() []route {
	all := append(publicRoutes(), deskRoutes()...)
	all = append(all, agencyRoutes()...)
	all = append(all, taxiiRoutes()...)
	var out []route
	for _, rt := range all {
		if rt.At == companies && s.Org.Kind == fraud.OrgAgency || rt.At == agencies && s.Org.Kind != fraud.OrgAgency || !s.has(rt) {
			continue
		}
		out = append(out, rt)
	}
	return out
}

// RouteInfo is one line of the route table: what outside tests and the
// documentation need of it.
type RouteInfo struct {
	Method, Pattern string
	Action          access.Action
	Thing           access.ThingKind
	Open            bool // the public may come without signing in
	Basic           bool // who asks is told by HTTP Basic
}

// Routes lists every address of this node, in the table's order.
func (s *Server) Routes() []RouteInfo {
	var out []RouteInfo
	for _, rt := range s.routes() {
		out = append(out, RouteInfo{rt.Method, rt.Pattern, rt.Action, rt.Thing, rt.Open, rt.Basic})
	}
	return out
}

// has says whether the service that a route's first segment needs is there.
func (s *Server) has(rt route) bool {
	first := rt.Pattern + "/"
	for _, need := range []struct {
		prefix string
		have   bool
	}{
		{"/report/", s.Intake != nil},
		{"/now/", s.Intake != nil},
		{"/check/", s.Protect != nil},
		{"/taxii2/", s.Lists != nil},
		{"/dispute/", s.Protect != nil},
		{"/disputes/", s.Protect != nil},
		{"/explain/", s.Explain != nil},
		{"/judgements/", s.Judge != nil},
		{"/matches/new/", s.Match != nil && s.Joint != nil},
		{"/matches/", s.Match != nil || s.Org.Kind != fraud.OrgAgency},
		{"/referrals/new/", s.Refer != nil},
		{"/imports/", s.Imports != nil},
		{"/keys/", s.Keys != nil},
		{"/letters/", s.Post != nil},
	} {
		if strings.HasPrefix(first, need.prefix) && !need.have {
			return false
		}
	}
	if rt.Action == access.ActOpenVault && s.Vault == nil || rt.Action == access.ActDelete && s.Delete == nil {
		return false
	}
	if strings.HasSuffix(rt.Pattern, "/files/{name...}") && s.Package == nil {
		return false
	}
	return rt.At != agencies || s.Act != nil
}

func publicRoutes() []route {
	open := func(method, pattern string, action access.Action, thing access.ThingKind, serve func(*Server, http.ResponseWriter, *http.Request) error) route {
		return route{Method: method, Pattern: pattern, Action: action, Thing: thing, Layout: layoutPublic, Open: true, serve: serve}
	}
	report := open("POST", "/report", access.ActReport, "", (*Server).reportStep)
	report.Upload = maxPicture
	signIn := open("GET", "/signin", access.ActRead, access.ThingAdvice, (*Server).signInForm)
	signIn.Layout = layoutDesk
	signInPost := open("POST", "/signin", access.ActRead, access.ThingAdvice, (*Server).signIn)
	signInPost.Layout = layoutDesk
	return []route{
		open("GET", "/{$}", access.ActRead, access.ThingAdvice, (*Server).home),
		open("GET", "/report", access.ActReport, "", (*Server).reportStart),
		report,
		open("GET", "/now", access.ActReport, "", (*Server).nowFind),
		open("GET", "/now/{code}", access.ActReport, "", (*Server).now),
		open("GET", "/report/{code}", access.ActReport, "", (*Server).stand),
		open("POST", "/report/{code}", access.ActReport, "", (*Server).standDo),
		open("GET", "/report/{code}/{what}", access.ActReport, "", (*Server).standAsk),
		open("GET", "/check", access.ActCheck, "", (*Server).checkForm),
		open("POST", "/check", access.ActCheck, "", (*Server).check),
		open("GET", "/advice", access.ActRead, access.ThingAdvice, (*Server).advice),
		open("GET", "/dispute", access.ActDispute, "", (*Server).disputeForm),
		open("POST", "/dispute", access.ActDispute, "", (*Server).dispute),
		open("GET", "/figures", access.ActRead, access.ThingAdvice, (*Server).figures),
		signIn, signInPost,
		{Method: "POST", Pattern: "/signout", Action: access.ActRead, Thing: access.ThingAdvice, Layout: layoutDesk, Open: true, serve: (*Server).signOut},
	}
}

func deskRoutes() []route {
	desk := func(method, pattern string, action access.Action, thing access.ThingKind, at site, serve func(*Server, http.ResponseWriter, *http.Request) error) route {
		return route{Method: method, Pattern: pattern, Action: action, Thing: thing, Layout: layoutDesk, At: at, serve: serve}
	}
	upload := desk("POST", "/imports", access.ActImport, access.ThingReport, anywhere, (*Server).upload)
	upload.Upload = maxImport
	return []route{
		upload,
		desk("GET", "/imports", access.ActImport, access.ThingReport, anywhere, (*Server).imports),
		desk("GET", "/imports/{id}", access.ActImport, access.ThingReport, anywhere, (*Server).importView),
		desk("POST", "/imports/{id}", access.ActImport, access.ThingReport, anywhere, (*Server).importDo),
		desk("GET", "/imports/{id}/rejects.csv", access.ActImport, access.ThingReport, anywhere, (*Server).importRejects),
		desk("GET", "/search", access.ActRead, access.ThingReport, anywhere, (*Server).find),
		desk("GET", "/reports", access.ActRead, access.ThingReport, anywhere, (*Server).inbox),
		desk("GET", "/reports/{source}/{rest...}", access.ActRead, access.ThingReport, anywhere, (*Server).reportView),
		desk("POST", "/identities/{source}/{rest...}", access.ActOpenVault, access.ThingIdentity, anywhere, (*Server).identity),
		desk("POST", "/deletions/{source}/{rest...}", access.ActDelete, access.ThingReport, anywhere, (*Server).deleteReport),
		desk("GET", "/rings", access.ActRead, access.ThingRing, anywhere, (*Server).rings),
		desk("GET", "/rings.csv", access.ActRead, access.ThingRing, anywhere, (*Server).ringsCSV),
		desk("GET", "/rings/{id}", access.ActRead, access.ThingRing, anywhere, (*Server).ring),
		desk("GET", "/rings/{id}/graph.json", access.ActRead, access.ThingRing, anywhere, (*Server).ringGraphJSON),
		desk("GET", "/rings/{id}/{tab}", access.ActRead, access.ThingRing, anywhere, (*Server).ring),
		desk("POST", "/rings/{id}/holds", access.ActHold, access.ThingRing, anywhere, (*Server).holdRing),
		desk("POST", "/holds/{id}/release", access.ActRelease, access.ThingRing, anywhere, (*Server).releaseHold),
		desk("GET", "/explain", access.ActRead, access.ThingRing, anywhere, (*Server).explain),
		desk("GET", "/suggestions", access.ActRead, access.ThingRing, anywhere, (*Server).suggestions),
		desk("GET", "/judgements", access.ActRead, access.ThingRing, anywhere, (*Server).judgements),
		desk("POST", "/judgements", access.ActJudge, "", anywhere, (*Server).judge),
		desk("POST", "/judgements/{id}/withdraw", access.ActJudge, "", anywhere, (*Server).withdraw),
		desk("GET", "/money", access.ActTrace, "", anywhere, (*Server).money),
		desk("GET", "/watch", access.ActRead, access.ThingRing, anywhere, (*Server).watch),
		desk("POST", "/watch/{id}/seen", access.ActJudge, "", anywhere, (*Server).watchSeen),
		desk("GET", "/lists", access.ActRead, access.ThingRing, anywhere, (*Server).lists),
		desk("GET", "/disputes", access.ActDecideDispute, access.ThingListing, anywhere, (*Server).disputes),
		desk("POST", "/disputes/{id}", access.ActDecideDispute, access.ThingListing, anywhere, (*Server).decideDispute),
		desk("GET", "/peers", access.ActRead, access.ThingSettings, anywhere, (*Server).peers),
		desk("GET", "/keys", access.ActManage, access.ThingSettings, anywhere, (*Server).keysView),
		desk("POST", "/keys", access.ActManage, access.ThingSettings, anywhere, (*Server).keysDo),
		desk("GET", "/audit", access.ActAudit, access.ThingAudit, anywhere, (*Server).auditTrail),
		desk("GET", "/letters", access.ActRead, access.ThingSettings, anywhere, (*Server).letters),
		desk("POST", "/letters", access.ActPost, access.ThingSettings, anywhere, (*Server).sendLetters),

		desk("GET", "/matches", access.ActRead, access.ThingMatch, anywhere, (*Server).matches),
		desk("GET", "/matches/new", access.ActMatch, "", anywhere, (*Server).matchNew),
		desk("POST", "/matches/new", access.ActMatch, "", anywhere, (*Server).matchOffer),
		desk("GET", "/matches/{id}", access.ActRead, access.ThingMatch, anywhere, (*Server).match).about(matchOf),
		desk("POST", "/matches/{id}/consents", access.ActMatch, "", anywhere, (*Server).matchConsent).about(matchOf),
		desk("POST", "/matches/{id}/next", access.ActMatch, "", companies, (*Server).matchNext).about(matchOf),
		desk("POST", "/matches/{id}/accept", access.ActMatch, "", anywhere, (*Server).acceptMatch).about(matchOf),
		desk("POST", "/matches/{id}/cases", access.ActMatch, "", companies, (*Server).openJointCase).about(matchOf),
		desk("GET", "/joint", access.ActRead, access.ThingJointCase, companies, (*Server).jointCases),
		desk("GET", "/joint/{id}", access.ActRead, access.ThingJointCase, companies, (*Server).jointCase).about(jointOf),
		desk("POST", "/joint/{id}/accept", access.ActMatch, "", companies, (*Server).acceptJointCase).about(jointOf),
		desk("POST", "/joint/{id}/entries", access.ActMatch, "", companies, (*Server).addJointEntry).about(jointOf),
		desk("POST", "/shares/{id}/recall", access.ActRecall, "", companies, (*Server).recallShare),
		desk("GET", "/referrals", access.ActRead, access.ThingReferral, companies, (*Server).referrals),
		desk("POST", "/referrals/new", access.ActBuild, access.ThingReferral, companies, (*Server).buildReferral),
		desk("GET", "/referrals/{id}", access.ActRead, access.ThingReferral, companies, (*Server).referral).about(referralOf),
		desk("GET", "/referrals/{id}/files/{name...}", access.ActRead, access.ThingReferral, companies, (*Server).referralFile).about(referralOf),
		desk("POST", "/referrals/{id}/checks", access.ActBuild, access.ThingReferral, companies, (*Server).recheckReferral).about(referralOf),
		desk("POST", "/referrals/{id}/supplements", access.ActBuild, access.ThingReferral, companies, (*Server).supplementReferral).about(referralOf),
		desk("POST", "/referrals/{id}/overrides", access.ActBuild, access.ThingReferral, companies, (*Server).overrideCheck).about(referralOf),
		desk("POST", "/referrals/{id}/signatures", access.ActSign, access.ThingReferral, companies, (*Server).signReferral).about(referralOf),
		desk("POST", "/referrals/{id}/send", access.ActSign, access.ThingReferral, companies, (*Server).sendReferral).about(referralOf),
	}
}

func agencyRoutes() []route {
	agency := func(method, pattern string, action access.Action, l layout, serve func(*Server, http.ResponseWriter, *http.Request) error) route {
		return route{Method: method, Pattern: pattern, Action: action, Thing: access.ThingCase, Layout: l, At: agencies, serve: serve}
	}
	read, desk, field := access.ActRead, layoutDesk, layoutField
	return []route{
		agency("GET", "/inbox", read, desk, (*Server).agencyInbox),
		agency("GET", "/inbox/{id}/{version}", read, desk, (*Server).inboxItem).about(inboxOf),
		agency("GET", "/inbox/{id}/{version}/files/{name...}", read, desk, (*Server).inboxFile).about(inboxOf),
		agency("POST", "/inbox/{id}/{version}/open", access.ActOpenReferral, desk, (*Server).openReferral).about(inboxOf),
		agency("POST", "/inbox/{id}/{version}/more", access.ActStatus, desk, (*Server).askMore).about(inboxOf),
		agency("POST", "/inbox/{id}/{version}/cases", access.ActCase, desk, (*Server).registerCases).about(inboxOf),
		agency("GET", "/cases", read, desk, (*Server).cases),
		agency("GET", "/cases/{id}", read, desk, (*Server).caseView).about(caseOf),
		agency("POST", "/cases/{id}/unseal", access.ActUnseal, desk, (*Server).unseal).about(caseOf),
		agency("POST", "/cases/{id}/arrests", access.ActArrest, desk, (*Server).arrest).about(caseOf),
		agency("POST", "/cases/{id}/leads", access.ActLead, desk, (*Server).lead).about(caseOf),
		agency("GET", "/operations", read, desk, (*Server).operations),
		agency("POST", "/operations", access.ActOperate, desk, (*Server).openOperation),
		agency("GET", "/operations/{id}", read, desk, (*Server).operation).about(operationOf),
		agency("POST", "/operations/{id}/sites", access.ActOperate, desk, (*Server).addSite).about(operationOf),
		agency("POST", "/operations/{id}/end", access.ActOperate, desk, (*Server).endOperation).about(operationOf),
		agency("GET", "/sites/{id}", read, field, (*Server).site).about(siteOf),
		agency("POST", "/sites/{id}/searches", access.ActSearch, field, (*Server).startSearch).about(siteOf),
		agency("GET", "/searches/{id}", read, field, (*Server).searchList).about(searchOf),
		agency("GET", "/searches/{id}/add", access.ActSeize, field, (*Server).itemForm).about(searchOf),
		agency("POST", "/searches/{id}/items", access.ActSeize, field, (*Server).addItem).about(searchOf),
		agency("POST", "/api/searches/{id}/items", access.ActSeize, field, (*Server).addItemJSON).about(searchOf),
		agency("GET", "/searches/{id}/sign", access.ActSearch, field, (*Server).signForm).about(searchOf),
		agency("POST", "/searches/{id}/sign", access.ActSearch, field, (*Server).signList).about(searchOf),
		agency("POST", "/searches/{id}/end", access.ActSearch, field, (*Server).endSearch).about(searchOf),
		agency("GET", "/exhibits", read, desk, (*Server).exhibits),
		agency("GET", "/exhibits/{id}", read, desk, (*Server).exhibit).about(exhibitOf),
		agency("POST", "/exhibits/{id}/custody", access.ActCustody, desk, (*Server).handOver).about(exhibitOf),
		agency("GET", "/freezes", read, desk, (*Server).freezes),
		agency("POST", "/freezes", access.ActFreeze, desk, (*Server).requestFreeze),
		agency("POST", "/freezes/{id}", access.ActFreeze, desk, (*Server).moveFreeze).about(freezeOf),
		agency("GET", "/leads", read, desk, (*Server).leads),
		agency("GET", "/outcomes", read, desk, (*Server).outcomes),
		agency("POST", "/outcomes", access.ActStatus, desk, (*Server).recordOutcome),
	}
}

// nav is the rail at the left: what this person's role and this node have.
func (s *Server) nav(who access.Who, path string) []navItem {
	items := []struct {
		href, word string
		at         site
		action     access.Action
		thing      access.ThingKind
	}{
		{"/inbox", "Inbox", agencies, access.ActRead, access.ThingCase},
		{"/cases", "Cases", agencies, access.ActRead, access.ThingCase},
		{"/operations", "Operations", agencies, access.ActRead, access.ThingCase},
		{"/exhibits", "Exhibits", agencies, access.ActRead, access.ThingCase},
		{"/freezes", "Freezes", agencies, access.ActRead, access.ThingCase},
		{"/leads", "Leads", agencies, access.ActRead, access.ThingCase},
		{"/outcomes", "Outcomes", agencies, access.ActRead, access.ThingCase},
		{"/reports", "Inbox", companies, access.ActRead, access.ThingReport},
		{"/imports", "Bring in", anywhere, access.ActImport, access.ThingReport},
		{"/rings", "Rings", anywhere, access.ActRead, access.ThingRing},
		{"/suggestions", "Suggestions", anywhere, access.ActRead, access.ThingRing},
		{"/matches", matchesWord(s.Org.Kind), anywhere, access.ActRead, access.ThingMatch},
		{"/joint", "Joint cases", companies, access.ActRead, access.ThingJointCase},
		{"/referrals", "Referrals", companies, access.ActRead, access.ThingReferral},
		{"/money", "Money", anywhere, access.ActTrace, ""},
		{"/watch", "Watch", anywhere, access.ActRead, access.ThingRing},
		{"/lists", "Lists", anywhere, access.ActRead, access.ThingRing},
		{"/disputes", "Objections", anywhere, access.ActDecideDispute, access.ThingListing},
		{"/peers", "Peers", anywhere, access.ActRead, access.ThingSettings},
		{"/letters", "Letters", anywhere, access.ActRead, access.ThingSettings},
		{"/keys", "Keys", anywhere, access.ActManage, access.ThingSettings},
		{"/audit", "Audit", anywhere, access.ActAudit, access.ThingAudit},
	}
	agency := s.Org.Kind == fraud.OrgAgency
	var out []navItem
	for _, it := range items {
		if it.at == companies && agency || it.at == agencies && (!agency || s.Act == nil) || it.href == "/disputes" && s.Protect == nil || it.href == "/imports" && s.Imports == nil || it.href == "/keys" && s.Keys == nil || it.href == "/letters" && s.Post == nil || it.href == "/matches" && agency && s.Match == nil {
			continue
		}
		if !s.decide(who, it.action, access.Thing{Kind: it.thing}, access.Recipient{}, s.Now()).Allow {
			continue
		}
		out = append(out, navItem{Href: it.href, Word: it.word, Current: path == it.href || strings.HasPrefix(path, it.href+"/")})
	}
	return out
}

// matchesWord is what matching is called on a node: between agencies it is
// deconfliction.
func matchesWord(k fraud.OrgKind) string {
	if k == fraud.OrgAgency {
		return "Deconfliction"
	}
	return "Matches"
}
