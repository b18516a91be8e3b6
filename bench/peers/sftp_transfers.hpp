// The kinds of work that a load client does over SFTP.
#pragma once

#include <string>

#include "bench/peers/measurement.hpp"
#include "bench/peers/sftp_session.hpp"

namespace consign::bench {

struct Load {
    std::string folder;             ///< on the server; empty, or ends without a slash
    std::string name = "load";      ///< of a file, or what the names of many begin with
    std::uint64_t bytes = 0;        ///< of one file
    std::uint32_t block_bytes = 0;  ///< of a READ or WRITE; 0: what the server offers
    std::size_t in_flight = 1;      ///< requests, or small files, that wait for an answer at once
    std::size_t files = 0;          ///< of all sessions together
    std::size_t sessions = 1;
    std::size_t files_per_folder = 0;  ///< 0: all in `folder`
    bool sync = false;                 ///< fsync@openssh.com before each CLOSE
};

std::unique_ptr<Worker> put_worker(const Server& server, const Load& load, std::size_t index);
std::unique_ptr<Worker> get_worker(const Server& server, const Load& load, std::size_t index);
std::unique_ptr<Worker> small_files_worker(const Server& server, const Load& load,
                                           std::size_t index);
std::unique_ptr<Worker> list_worker(const Server& server, const Load& load, std::size_t index);
std::unique_ptr<Worker> remove_worker(const Server& server, const Load& load, std::size_t index);
std::unique_ptr<Worker> login_worker(const Server& server, const Load& load, std::size_t index);
std::unique_ptr<Worker> make_folder_worker(const Server& server, const Load& load,
                                           std::size_t index);
/// Its sessions only wait.
std::unique_ptr<Worker> idle_worker(const Server& server, const Load& load, std::size_t index);

/// Bytes that no compression shortens.
std::string noise(std::size_t bytes);

}  // namespace consign::bench
