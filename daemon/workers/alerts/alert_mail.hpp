// An alarm as a mail (RFC 5322).
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::daemon {

/// consign@SITE where the site is named like a host, else consign@localhost.
[[nodiscard]] std::string mail_sender(std::string_view site);

/// `message`: desk/site/alarm.hpp's. With CRLF; the words first, then the same as JSON.
[[nodiscard]] std::string alert_mail(const boost::json::object& message, std::string_view to,
                                     Timestamp now);

}  // namespace consign::daemon
