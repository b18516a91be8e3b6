// An administrator's verb: what it is asked with, and how it answers. Answers are JSON rows, given
// one by one, so that a large one is never held whole.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <expected>
#include <functional>
#include <map>
#include <string>

#include "base/result.hpp"

namespace consign::desk {

/// Where the rows of an answer go.
class RowSink {
  public:
    virtual ~RowSink() = default;
    /// Resumes once there is room for the next. An error: nobody takes rows any more.
    [[nodiscard]] virtual boost::asio::awaitable<Result<>> give(boost::json::object row) = 0;
};

struct VerbCall {
    std::string administrator;  // the operating system's name of who asks
    boost::json::object arguments;
    RowSink& rows;
};

/// What stands after the last row (how many there were, whether there are more), or what was wrong
/// and what to do, in words for the administrator. Such words may repeat what was asked for: they
/// go to who asked, and into no log.
using Answered = std::expected<boost::json::object, std::string>;

/// Verbs are a table: what is not in it cannot be done.
using VerbHandler = std::function<boost::asio::awaitable<Answered>(VerbCall)>;
using VerbTable = std::map<std::string, VerbHandler, std::less<>>;

}  // namespace consign::desk
