// Package app joins the rooms into a node: one organisation's data folder,
// its keys, its pages and its door to other nodes.
//
//	Config ─▶ Open ─▶ Node ─┬─ Handler   pages for people, /peer for nodes
//	                        ├─ pipeline  import ─▶ link ─▶ trace ─▶ listings ─▶ watch
//	                        └─ care      fsck, backup, keys, people, peers
//
// Nothing here decides about fraud: pipeline.go lists the flow, the rest
// passes nouns between rooms that do not know each other. What must stay
// true: nodes talk to nodes over HTTP alone, each request signed.
package app
