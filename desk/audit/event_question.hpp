// What an administrator asks of the ledger, as arguments of a verb, and as the search of it.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <optional>
#include <string>

#include "desk/site/site.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

/// A question about events: account, from, until, outcome, action (a text, or a list of them),
/// session, path (a glob), file (a path as displayed, the id of a content, or how it begins),
/// sha256, address, subject.
class EventQuestion {
  public:
    /// Takes its arguments out of `arguments`, which complain of what is wrong.
    [[nodiscard]] static EventQuestion from(VerbArguments& arguments);

    /// An error is in words for who asked.
    using Filter = std::expected<ledger::EventFilter, std::string>;
    /// The filter as of now: what is stored about a subject, which contents an id may mean.
    [[nodiscard]] Result<Filter> filter(Transaction& transaction) const;
    /// Is it about a sealed value, which the index of events leads to?
    [[nodiscard]] bool needs_index() const;
    /// What the question itself tells of persons, for the event of who asked.
    [[nodiscard]] ledger::Personal personal() const;

  private:
    void take_file(VerbArguments& arguments);

    ledger::EventFilter filter_;
    std::optional<catalog::Subject> subject_;
    std::string id_begins_;  // hexadecimal, lower case; empty: not asked for
};

/// An address as the ledger writes it; nothing where `text` is none.
[[nodiscard]] std::optional<std::string> address_from(std::string_view text);
inline constexpr std::string_view address_expected =
    "one IPv4 or IPv6 address, as in 192.0.2.7 or 2001:db8::7: no network, no port";

[[nodiscard]] ledger::SessionFilter session_filter_from(VerbArguments& arguments);

}  // namespace consign::desk
