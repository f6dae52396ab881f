"""How much a search may do: steps are counted, not seconds, so that the same question has the same answer anywhere."""


class Budget:
    """Steps that a search may take, alone or together with others."""

    def __init__(self, limit: int) -> None:
        self.limit = self.left = limit

    def spend(self, steps: int = 1) -> bool:
        """Take steps; whether there were so many left. After the first time that there were not, there never are."""
        self.left = self.left - steps if self.left >= 0 else -1
        return self.left >= 0

    @property
    def met(self) -> bool:
        """Whether more was asked for than there was."""
        return self.left < 0

    def __str__(self) -> str:
        return f"{self.limit:,} steps"
