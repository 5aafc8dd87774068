// Package link joins reports that one operator stands behind into rings, and
// tells operators apart from those who supply them or launder for them.
//
//	sightings ─▶ tenures ─▶ components ─▶ groups ─▶ rings ─▶ ties, links, suggestions
//	             (bits by    (whoever      (what one          (forest with causes,
//	             kind and    shares        operator would     suppliers, launderers,
//	             role)       anything)     say in fewer bits)  harm)
//
// Identity is argued, not computed once: [Builder.Link] is a pure function of
// what was seen, what people judged and a frozen [Model]. Deleting every ring
// and linking again gives the same rings; the order in which reports were
// added never matters; nothing outside a component of shared evidence can
// change what becomes of it. docs/linking.md has the argument in plain words.
//
// What must stay true: an indicator whose role is victim_owned, bystander or
// genuine_brand never links; nothing merges on less than one strong value or
// two of independent families; a person's judgement outweighs all evidence.
package link
