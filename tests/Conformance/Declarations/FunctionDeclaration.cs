using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>A user's own functions.</summary>
/// <param name="Name">For test names.</param>
/// <param name="Source">Members of the host class, as a user writes them.</param>
/// <param name="Meaning">What they mean.</param>
public sealed record FunctionDeclaration(string Name, string Source, UserFunctions Meaning);
