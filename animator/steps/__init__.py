"""The steps that come with animator; see `animator.config.step`."""
