"""What gunicorn reads when it is started in this folder; options of its command line go first."""

import select

worker_class = "journeyorch.web_threads.Worker" if hasattr(select, "epoll") else "gthread"
# Loading the application takes seconds of the processor. Once, and a process that died is back in a moment;
# each for itself, they took longer on a busy machine than gunicorn waits for a sign of life, again and again.
preload_app = True
# The most that there is: links of messages hold, signed, the address that they lead to; reports of many
# journeys name each of them.
limit_request_line = 8190
# Nobody uses it.
control_socket_disable = True
