"""Who may do what, over the REST API: for administrators."""
