#include "admin/control_client.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "desk/verbs/control_protocol.hpp"
#include "policy/language/utf8.hpp"

namespace consign::admin {

namespace asio = boost::asio;
namespace json = boost::json;

Outcome<std::unique_ptr<ControlClient>> ControlClient::connect(
    const std::filesystem::path& data_folder) {
    const auto path = data_folder / desk::control_socket_name;
    if (path.native().size() >= sizeof(sockaddr_un::sun_path))
        return failed(fmt::format("{} is too long a name for a socket; use a shorter data folder",
                                  path.string()));
    std::unique_ptr<ControlClient> client(new ControlClient(
        "the daemon ended before its answer did, so that this is not all of it; see its log, and "
        "ask again"));
    boost::system::error_code refused;
    client->socket_.connect(path.native(), refused);
    if (!refused) return client;
    if (refused == std::errc::no_such_file_or_directory || refused == std::errc::connection_refused)
        return nullptr;
    if (refused == std::errc::permission_denied)
        return failed(
            fmt::format("you may not enter {}; use root, or the user that consignd runs as",
                        data_folder.string()));
    return failed(fmt::format("the daemon on {} cannot be reached: {}; see its log",
                              data_folder.string(), refused.message()));
}

std::unique_ptr<ControlClient> ControlClient::over(Descriptor connected, std::string gone) {
    std::unique_ptr<ControlClient> client(new ControlClient(std::move(gone)));
    client->socket_.assign(asio::local::stream_protocol(), connected.release());
    return client;
}

Outcome<json::object> ControlClient::ask(const std::string& verb, json::object arguments,
                                         const OnRow& on_row) {
    const json::object request{{"verb", verb}, {"arguments", std::move(arguments)}};
    const std::string line = json::serialize(request) + "\n";
    // The other end would take it for no JSON at all.
    if (policy::find_malformed_utf8(line) != std::string::npos)
        return failed(
            "what was given is not UTF-8; give it in UTF-8, and each other byte of a name as "
            "\\xHH");
    if (line.size() > desk::control_line_limit_bytes)
        return failed("the arguments are too long; make them shorter");
    boost::system::error_code gone;
    // A daemon that refuses may have closed already: what it said first is read all the same.
    asio::write(socket_, asio::buffer(line), gone);
    for (;;) {
        auto answer = next_line();
        if (!answer) return answer;
        if (const auto* row = answer->if_contains("row"); row && row->is_object())
            on_row(row->get_object());
        else if (const auto* end = answer->if_contains("end"); end && end->is_object())
            return end->get_object();
        else if (const auto* error = answer->if_contains("error"); error && error->is_string())
            return failed(std::string(error->get_string()));
        else
            return failed(
                "the daemon answered what this command does not know; "
                "are both of the same version?");
    }
}

Outcome<json::object> ControlClient::next_line() {
    boost::system::error_code gone;
    const std::size_t length = asio::read_until(
        socket_, asio::dynamic_buffer(received_, answer_line_limit_bytes), '\n', gone);
    if (gone) return failed(gone_);
    boost::system::error_code malformed;
    const json::value parsed =
        json::parse(std::string_view(received_).substr(0, length), malformed);
    received_.erase(0, length);
    if (malformed || !parsed.is_object())
        return failed("the daemon answered what is not JSON; are both of the same version?");
    return parsed.get_object();
}

}  // namespace consign::admin
