// How a connection that is idle, for as long as nobody asks or as a transfer beside it takes, is
// kept in the memory of the firewalls on its way, and ends where its peer has vanished.
#pragma once

namespace consign::protocols {

/// A peer that vanished is noticed after two minutes, or five where it owes an acknowledgement. A
/// socket without such options still works: its owner's own timers end it.
void keep_alive(int descriptor);

}  // namespace consign::protocols
