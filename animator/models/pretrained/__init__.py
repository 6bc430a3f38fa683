"""Networks of transformers in folders as it saves them: what each is for, where it lies, how it is loaded."""
