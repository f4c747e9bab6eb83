"""The seccomp filter: the system calls that a verifying process may make, as a BPF program.

bpf           rules and their program
allow_list    the rules
install       the installation in this process
"""
