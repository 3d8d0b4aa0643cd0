namespace AttentionGen.Generator.Catalog;

/// <summary>
/// A row of 16-bit features in shared memory, in pieces of 16 bytes. Eight rows are read at once, a piece of each; their pieces must lie in different banks.
/// Where the row is a whole number of 128 bytes (or 64), the place of a piece is its number xor the row's; other rows are an odd number of pieces apart.
/// </summary>
/// <param name="Dim">Features.</param>
public sealed record TensorRows(int Dim)
{
    /// <summary>Features of a piece.</summary>
    public const int PieceFeatures = 8;

    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 16;

    // Bytes of a step of 16 features: two pieces.
    private const int StepBytes = 2 * PieceBytes;

    /// <summary>Pieces of a row.</summary>
    public int Pieces => Dim / PieceFeatures;

    /// <summary>Whether the pieces of a row change places with its number.</summary>
    public bool IsSwizzled => Pieces % 8 == 0 || Pieces == 4;

    /// <summary>Bytes from one row to the next.</summary>
    public int Pitch => PieceBytes * (IsSwizzled ? Pieces : Pieces + 1);

    /// <summary>Neighbouring threads that copy a row.</summary>
    public int CopyThreads => Pieces == 4 ? 4 : 8;

    /// <summary>Pieces of the last round in which threads copy a row, where those are fewer than the threads; otherwise 0.</summary>
    public int LastPieces => Pieces % CopyThreads;

    /// <summary>Addresses of its own that a lane needs for the steps of 16 features: one where rows are not swizzled, otherwise one for each step of 128 bytes (or 64).</summary>
    public int Addresses => IsSwizzled ? CopyThreads / 2 : 1;

    /// <summary>How far a step of 16 features is from the address that it is counted from, in bytes.</summary>
    public int Offset(int step) => (step - (step % Addresses)) * StepBytes;

    /// <summary>What the place of the first step is combined with (xor) for the first step of another address.</summary>
    public static int Turn(int address) => address * StepBytes;

    /// <summary>The place of a piece in bytes, as C#; the piece's number is below 8.</summary>
    public string Place(string row, string piece) => !IsSwizzled
        ? $"({row} * {Pitch}) + ({piece} * {PieceBytes})"
        : $"({row} * {Pitch}) + (({piece} ^ ({(Pieces == 4 ? $"({row} / 2) & 3" : $"{row} & 7")})) * {PieceBytes})";
}
