"""What `manage.py runworkers` runs: two q2 clusters, their keeper, and the process that watches over them.

supervise.py   the parent: forks, watches, kills, stops; never touches the database
keeper.py      a child: rows, queues and the ticker; the only one here that talks to the database
cluster.py     a child for each kind: a q2 cluster with a broker that beats (broker.py)
residents.py   pure: which residents to give up and which to start
watch.py       pure: how long a value has stood still
board.py       the few numbers that these processes share in memory
processes.py   fork, process groups, death with the parent
"""
