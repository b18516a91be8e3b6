// `consign alerts`: do those hear of it who are to be told?
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::daemon {

/// The daemon's own: what is told, is told from where the daemon is.
/// alerts.test  name: tells a test through all channels at once: {"channel" (from 1),
///              "kind": "exec"|"webhook"|"mail", "rule", "told", "why"}; at the end {"told",
///              "failed"}
[[nodiscard]] desk::VerbTable alert_verbs(desk::Site& site);

}  // namespace consign::daemon
