"""What gunicorn reads when it is started in this folder; options of its command line go first."""

import select

worker_class = "journeyorch.web_threads.Worker" if hasattr(select, "epoll") else "gthread"
# Nobody uses it.
control_socket_disable = True
