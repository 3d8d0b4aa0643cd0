namespace AttentionGen.Reference;

/// <summary>What a user's own functions mean, in double precision. The query's index is the aligned one.</summary>
/// <param name="Keep">Whether a query head's query sees a key; null: it does.</param>
/// <param name="Score">What becomes of a score (natural-log units), by head, query and key, before run-time masks and biases; null: nothing.</param>
/// <param name="Gain">How much faster than the score its result can change.</param>
public sealed record UserFunctions(Func<int, int, int, bool>? Keep, Func<double, int, int, int, double>? Score, double Gain = 1);
