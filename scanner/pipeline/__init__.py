"""The order of the stages. Every command runs through here, and only here do the stages meet."""
