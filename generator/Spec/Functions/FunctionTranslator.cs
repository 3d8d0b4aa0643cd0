using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Generator.Spec;

/// <summary>
/// Reads one user function as an expression: locals are put in where they are used, branches become choices, calls of the class's own
/// static methods are read in place. Works on bound operations, so that conversions and constants are the compiler's own.
/// </summary>
internal sealed partial class FunctionTranslator(INamedTypeSymbol host, Compilation compilation, bool allowsDouble, CancellationToken cancellation)
{
    /// <summary>Nodes of a tree, past which code would be written that no register file holds.</summary>
    private const int GreatestSize = 2000;

    private const int GreatestDepth = 16;
    private const int MostStatements = 5000;

    private static readonly ScalarExpression Unknown = ScalarExpression.Constant(0);

    private readonly List<FunctionTable> _tables = [];
    private readonly List<FunctionFault> _faults = [];
    private readonly Stack<ISymbol> _reading = new();
    private Dictionary<ISymbol, ScalarExpression> _values = new(SymbolEqualityComparer.Default);
    private SyntaxNode? _root;
    private FunctionPlace _method = new("", 0, 0);
    private int _statements;

    /// <summary>The function's code does not compile: the compiler says so.</summary>
    public bool IsUnreadable { get; private set; }

    public UserFunction Translate(IMethodSymbol method)
    {
        FunctionPlace place = FunctionReader.PlaceOf(host, method, node: 0);
        ScalarExpression[] inputs = [.. method.Parameters.Select(static parameter => parameter.Name switch
        {
            "score" => new ScalarExpression(ScalarOperation.Score, ScalarType.Float, 0),
            "head" => new ScalarExpression(ScalarOperation.Head, ScalarType.Int, 0),
            "query" => new ScalarExpression(ScalarOperation.Query, ScalarType.Int, 0),
            _ => new ScalarExpression(ScalarOperation.Key, ScalarType.Int, 0),
        })];
        ScalarExpression body = ReadMethod(method, inputs);
        if (body.Size > GreatestSize)
        {
            _faults.Add(new FunctionFault(FunctionFaultKind.Untranslatable, place, $"written out, it has more than {GreatestSize} operations"));
        }

        bool isFaulty = _faults.Count > 0;
        return new UserFunction(
            isFaulty ? ScalarExpression.Constant(true) : body,
            isFaulty ? default : new EquatableArray<FunctionTable>(_tables),
            new EquatableArray<FunctionFault>(_faults.Distinct()))
        {
            Place = place,
            Parameters = new EquatableArray<string>(method.Parameters.Select(static parameter => parameter.Name)),
        };
    }

    private ScalarExpression ReadMethod(IMethodSymbol method, ScalarExpression[] arguments)
    {
        IMethodSymbol written = method.PartialImplementationPart ?? method;
        SyntaxNode? syntax = written.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        (SyntaxNode? root, FunctionPlace place, Dictionary<ISymbol, ScalarExpression> values) = (_root, _method, _values);
        _values = new Dictionary<ISymbol, ScalarExpression>(SymbolEqualityComparer.Default);
        for (int i = 0; i < arguments.Length; i++)
        {
            _values[written.Parameters[i]] = arguments[i];
        }

        // A property's getter is no method that a place could name: what is wrong in it is reported at its use.
        if (syntax is MethodDeclarationSyntax)
        {
            (_root, _method) = (syntax, FunctionReader.PlaceOf(host, method, node: 0));
        }

        _reading.Push(method);
        ScalarExpression result = ReadBody(syntax);
        _reading.Pop();
        (_root, _method, _values) = (root, place, values);
        return result;
    }

    private ScalarExpression ReadBody(SyntaxNode? syntax)
    {
        if (syntax is null)
        {
            IsUnreadable = true;
            return Unknown;
        }

        SemanticModel model = compilation.GetSemanticModel(syntax.SyntaxTree);
        IBlockOperation? block = model.GetOperation(syntax, cancellation) switch
        {
            IMethodBodyOperation body => body.BlockBody ?? body.ExpressionBody,
            IBlockOperation body => body,
            _ => null,
        };
        if (block is null)
        {
            IsUnreadable = true;
            return Unknown;
        }

        return Execute([.. block.Operations]) ?? Fault(block, "a path without a result");
    }

    /// <summary>What the statements return, or null when they run out.</summary>
    private ScalarExpression? Execute(IReadOnlyList<IOperation> statements)
    {
        for (int n = 0; n < statements.Count; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (++_statements > MostStatements)
            {
                return Fault(statements[n], "more branches than can be written out");
            }

            switch (statements[n])
            {
                case IReturnOperation { ReturnedValue: { } value }:
                    return Read(value);
                case IBlockOperation block:
                    return Execute([.. block.Operations, .. statements.Skip(n + 1)]);
                case IVariableDeclarationGroupOperation group:
                    Declare(group);
                    break;
                case IConditionalOperation branch:
                    return Branch(branch, [.. statements.Skip(n + 1)]);
                case IEmptyOperation or ILocalFunctionOperation:
                    break;
                default:
                    return Fault(statements[n]);
            }
        }

        return null;
    }

    private ScalarExpression? Branch(IConditionalOperation branch, IReadOnlyList<IOperation> rest)
    {
        ScalarExpression condition = Read(branch.Condition);
        ScalarExpression? yes = Execute([branch.WhenTrue, .. rest]);
        ScalarExpression? no = branch.WhenFalse is null ? Execute(rest) : Execute([branch.WhenFalse, .. rest]);
        return yes is null || no is null ? yes ?? no : Select(condition, yes, no);
    }

    private void Declare(IVariableDeclarationGroupOperation group)
    {
        foreach (IVariableDeclaratorOperation declarator in group.Declarations.SelectMany(static declaration => declaration.Declarators))
        {
            IVariableInitializerOperation? initializer = declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer;
            _values[declarator.Symbol] = initializer is null ? Fault(declarator, "a local without a value") : Read(initializer.Value);
        }
    }

    private ScalarExpression Fault(IOperation operation, string? text = null)
    {
        if (operation.Kind == OperationKind.Invalid || operation.Type?.TypeKind == TypeKind.Error)
        {
            IsUnreadable = true;
        }
        else
        {
            _faults.Add(new FunctionFault(FunctionFaultKind.Untranslatable, PlaceOf(operation.Syntax), text ?? FunctionConstructs.Name(operation)));
        }

        return operation.Type?.SpecialType switch
        {
            SpecialType.System_Boolean => ScalarExpression.Constant(true),
            SpecialType.System_Single or SpecialType.System_Double => ScalarExpression.Constant(0f),
            _ => Unknown,
        };
    }

    // The syntax of code outside the method, such as a field's initializer, has no place of its own: the use that led there does.
    private FunctionPlace PlaceOf(SyntaxNode syntax)
    {
        if (_root is null)
        {
            return _method;
        }

        SyntaxNode known = _root.SyntaxTree == syntax.SyntaxTree && _root.Span.Contains(syntax.Span) ? syntax : _use ?? _root;
        int node = 0;
        foreach (SyntaxNode other in _root.DescendantNodesAndSelf())
        {
            if (other == known)
            {
                return _method with { Node = node };
            }

            node++;
        }

        return _method;
    }
}
