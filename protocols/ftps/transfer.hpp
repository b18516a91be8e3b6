// A transfer that is under way: what the control connection can see of it, and do to it.
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include "protocols/ftps/data_connection.hpp"

namespace consign::ftps {

/// Lives on the session's strand.
struct Transfer {
    Transfer(std::string_view verb, const boost::asio::any_io_executor& strand,
             std::unique_ptr<DataPort> port, std::shared_ptr<const TlsContext> context,
             const TlsStream::Options& options)
        : verb(verb), data(strand, std::move(port), std::move(context), options) {}

    std::string_view verb;  // of the command that began it
    DataConnection data;
    std::uint64_t moved_bytes = 0;
    std::error_code ended_by;  // why, where it is ended from outside
    bool is_over = false;

    void end(std::error_code why) {
        if (!ended_by) ended_by = why;
        data.close();
    }
};

}  // namespace consign::ftps
