#include "admin/child_door.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "admin/control_client.hpp"
#include "base/descriptor.hpp"
#include "desk/verbs/control_protocol.hpp"

namespace consign::admin {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// Asked first, and answered with how `open` went.
constexpr const char* opened = "opened";
constexpr const char* gone =
    "the process that held the store ended before its answer did, so that this is not all of it; "
    "ask again";

/// The child's side of desk/verbs/control_protocol.hpp. Throws where who asks is no more.
class Answering {
  public:
    explicit Answering(Descriptor asking) : asking_(io_) {
        asking_.assign(asio::local::stream_protocol(), asking.release());
    }

    /// Nothing after the last.
    std::optional<json::object> next_request() {
        boost::system::error_code none_left;
        const std::size_t length = asio::read_until(
            asking_, asio::dynamic_buffer(received_, desk::control_line_limit_bytes), '\n',
            none_left);
        if (none_left) return std::nullopt;
        auto request = json::parse(std::string_view(received_).substr(0, length)).as_object();
        received_.erase(0, length);
        return request;
    }
    void give(const json::object& row) {
        append({{"row", row}});
        if (lines_.size() >= batch_bytes) flush();
    }
    void end(const Outcome<json::object>& answered) {
        append(answered ? json::object{{"end", *answered}}
                        : json::object{{"error", answered.error().text}});
        flush();
    }

  private:
    static constexpr std::size_t batch_bytes = std::size_t{64} * 1024;

    void append(const json::object& line) { lines_ += json::serialize(line) + "\n"; }
    void flush() {
        asio::write(asking_, asio::buffer(lines_));
        lines_.clear();
    }

    asio::io_context io_;
    asio::local::stream_protocol::socket asking_;
    std::string received_, lines_;
};

Outcome<json::object> answer_to(const json::object& request, Door& door, Answering& answering) {
    const std::string verb(request.at("verb").as_string());
    if (verb == opened) return json::object();
    return door.ask(verb, request.at("arguments").as_object(),
                    [&answering](const json::object& row) { answering.give(row); });
}

void answer_all(Descriptor asking, pid_t parent, const OpenDoor& open) {
    Answering answering(std::move(asking));
    const auto door = open();
    // After `open`: who becomes another user takes it back.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return;
    while (const auto request = answering.next_request())
        answering.end(door ? answer_to(*request, **door, answering)
                           : Outcome<json::object>(std::unexpected(door.error())));
}

[[noreturn]] void be_child(Descriptor asking, pid_t parent, const OpenDoor& open) {
    try {
        answer_all(std::move(asking), parent, open);
    } catch (const boost::system::system_error&) {
        // Nobody is left to tell.
    } catch (const std::exception& bug) {
        fmt::print(stderr, "consign: a fault of this program: {}; please report it\n", bug.what());
    }
    // What stands in the buffers of standard output is the parent's to write.
    ::_exit(0);
}

class ChildDoor final : public Door {
  public:
    ChildDoor(pid_t child, Descriptor connected)
        : child_(child), client_(ControlClient::over(std::move(connected), gone)) {}
    ChildDoor(const ChildDoor&) = delete;
    ChildDoor& operator=(const ChildDoor&) = delete;
    ~ChildDoor() override {
        client_.reset();
        while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    Outcome<json::object> ask(const std::string& verb, json::object arguments,
                              const OnRow& on_row) override {
        return client_->ask(verb, std::move(arguments), on_row);
    }

  private:
    pid_t child_;
    std::unique_ptr<ControlClient> client_;
};

std::unexpected<Failure> no_child() {
    return failed(
        fmt::format("no process for the store: {}", std::generic_category().message(errno)));
}

}  // namespace

Outcome<std::unique_ptr<Door>> open_in_child(const OpenDoor& open) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return no_child();
    Descriptor ours(ends[0]), theirs(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return no_child();
    if (child == 0) {
        ours = Descriptor();
        be_child(std::move(theirs), parent, open);
    }
    theirs = Descriptor();
    auto door = std::make_unique<ChildDoor>(child, std::move(ours));
    if (const auto answered = door->ask(opened, {}, {}); !answered)
        return std::unexpected(answered.error());
    return door;
}

}  // namespace consign::admin
