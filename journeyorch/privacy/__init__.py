"""Everything of one person, to be exported or erased, wherever it is (technical.md, Export and erasure).

subjects.py  who it is about
naming.py    pure: whether something that was received names the person
narrowing.py which rows may name the person, told by the database
stores.py    who keeps something of people; rooms register their stores
work.py      exporting and erasing, as long work
models.py    the record that an erasure took place
admin.py     the list of those records
"""
