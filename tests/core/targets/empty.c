// A kernel that has nothing of all that.
long nothing;
