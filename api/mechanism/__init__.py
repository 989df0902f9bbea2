"""工作机制: the playbook in force as a picture and in words; another one checked, and compared with it."""
