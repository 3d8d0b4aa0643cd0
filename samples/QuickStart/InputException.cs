namespace QuickStart;

/// <summary>Something the user gave cannot be used; the message says what, in one line.</summary>
public sealed class InputException(string message) : Exception(message);
