"""Agents whose networks, environments and updates live on one PyTorch device, a GPU as a rule."""
