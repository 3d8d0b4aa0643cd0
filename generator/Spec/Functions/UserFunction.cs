namespace AttentionGen.Generator.Spec;

/// <summary>A <c>Keep</c> or <c>Score</c> written in the host class.</summary>
/// <param name="Body">What it returns.</param>
/// <param name="Tables">The read-only tables it looks up.</param>
/// <param name="Faults">What can't be translated; when there is any, <paramref name="Body"/> means nothing.</param>
public sealed record UserFunction(ScalarExpression Body, EquatableArray<FunctionTable> Tables, EquatableArray<FunctionFault> Faults)
{
    /// <summary>Which method it is.</summary>
    public FunctionPlace Place { get; init; } = new("", 0, 0);

    /// <summary>Its parameters in order, by name: the name says what is passed.</summary>
    public EquatableArray<string> Parameters { get; init; }
}

/// <summary>A table whose elements are known at compile time.</summary>
/// <param name="Name">As declared.</param>
/// <param name="Element">Ints or floats.</param>
/// <param name="Numbers">The elements, each exact.</param>
public sealed record FunctionTable(string Name, ScalarType Element, EquatableArray<double> Numbers);

/// <summary>Something in a user function that can't be translated.</summary>
/// <param name="Kind">Which rule it breaks.</param>
/// <param name="Place">Where.</param>
/// <param name="Text">Names the construct, in words that complete "can't become vector code: ...".</param>
public sealed record FunctionFault(FunctionFaultKind Kind, FunctionPlace Place, string Text);

/// <summary>The rules about user functions that reading one can break.</summary>
public enum FunctionFaultKind
{
    /// <summary>The method's parameters, result or modifiers.</summary>
    Signature,

    /// <summary>State, an effect, or a construct without a vector form.</summary>
    Untranslatable,
}

/// <summary>
/// A place in a user function that does not move with comments, white space or other members: which method of that name, and which
/// syntax node of it, in source order. <c>analyzers/PlaceFinder</c> turns it into a location.
/// </summary>
/// <param name="Method">The method's name.</param>
/// <param name="Overload">Which of the class's methods of that name.</param>
/// <param name="Node">The node's number among the method's syntax nodes; 0 is the method itself and means its name.</param>
public sealed record FunctionPlace(string Method, int Overload, int Node);
