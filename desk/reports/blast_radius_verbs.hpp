// The administrator's verb behind the report on what an account's credentials gave away.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// blast_radius.show  account, from, until (RFC 3339; until: by default now), all
///   {"kind": "account", "since", "policy", "home", "grants"}: as the policies in force had it
///   {"kind": "session", ...} (desk/verbs/audit_rows.hpp), each that ran in the period
///   {"kind": "refusal" | "change" | "receipt", ...} (the same): events, in order
///   {"kind": "file", "stream", "path", "extent", "bytes", "size", "opened", "hashed", "first",
///     "last", "here", "classes", "subjects"}: each content that was opened or hashed. "extent":
///     "whole", "part" (less than all, by the sum of what left), "hash", "nothing", or "unknown"
///     (no end of it recorded, or as many bytes as it has, in pieces: count it as whole)
///   {"kind": "folder", "path", "last"}: each that was listed; {"kind": "subject", "subject",
///     "files"} and {"kind": "class", "class", "files"} of the contents seen
///   {"kind": "sealed", "path", "stream", "size", "name_learned"}: with `all`, each name that the
///     account could download and that was not opened
/// The counts at the end; "forgotten" and "altered": of events whose names cannot be read.
/// `site` outlives the table.
[[nodiscard]] VerbTable blast_radius_verbs(Site& site);

}  // namespace consign::desk
