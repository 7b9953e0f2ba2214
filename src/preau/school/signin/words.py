"""The words of word codes: common French words that a pupil can read, say aloud and spell, chosen by hand.

No accent in any of them (a phone keyboard hides accents), four letters at least, nothing rude, sad or warlike, and no
two of them one letter apart, so that a slip of the finger gives no other word. A word carries 9.4 bits.
"""

from typing import Final

WORDS: Final[tuple[str, ...]] = tuple(
    """
abeille abricot acrobate agneau aigle aimant album algue alouette alphabet altitude amande ambre ananas ancre
animal antenne antilope aquarium arcade archet ardoise argile armoire arrosoir artichaut artiste astre atelier
atlas aubergine aurore automne autruche avenue averse avion avoine azur badge bagage bague baguette baie balade
balai balance balcon baleine bambou banane banc bandeau banjo barque basket bassin bateau baume beignet berceau
berger beurre biche bijou billet biscuit bison bocal boisson bonbon bonnet bosquet botte bouclier bougie
boulanger bouleau bourgeon boussole bouteille bouton branche brebis brique brise brocoli bronze brosse brouette
buffet bulle bureau buvard cabane cabri cacao cactus cadeau cadran cahier caillou calcul camion campagne canard
cantine capitaine carafe caramel caravane cargo carnet carotte carreau cartable carte carton cascade casque
castor cavalier caverne ceinture cercle cerf cerise chaise chalet chaleur chamois champ champion chanson chapeau
chapitre charbon chariot chat chaton chaudron chemin chemise chercheur cheval chevreuil chiffre chocolat chorale
chouette ciel cigale cigogne cirque ciseau citron citrouille clairon clarinette classe clavier climat cloche
clown coccinelle coffre colibri colline colombe comptine concert concombre confiture coquelicot coquille corail
corbeau corbeille corde cosmos costume coton couleur coupole courant courge couronne couvert crabe cravate
crayon cristal crochet crocodile croissant cube cuisine curry cycle cygne cymbale damier danse danseur dauphin
dentelle dessert dessin diamant dimanche disque doigt domino donjon dossier douche dragon drapeau dune duvet
enfant enveloppe envol escalier escargot espace esprit estrade excursion fable facteur faisan falaise famille
fanfare farandole farine faucon fauteuil fermier festin feuille feutre ficelle figure filet fjord flamant flamme
fleur fleuve flocon flore flotte foin fontaine forgeron formule foulard fourchette fourmi fraise framboise
frelon friandise fromage fruit galaxie galerie galet galop gamme gant garage gardien gare gaufre gazelle gazon
genou girafe girouette givre glace globe gorille gourmand grain grange granit graphique grenier grenouille
grillon grimace groseille grotte groupe grue guitare hamac hameau hamster hanneton haricot harmonie harpe herbe
herbier hibou hippocampe hirondelle histoire hiver hockey homard horizon horloge hublot huile humour igloo
iguane image immeuble insecte invention iris ivoire jambe janvier jardin jardinier jasmin javelot jeton jeudi
jongleur jonquille joueur journal judo jumelle jungle jupe kangourou kayak kimono kiosque kiwi koala labyrinthe
lagon laine lait laitue lama lampe lanterne lapin lavande lecture lentille lettre lexique lierre lilas limace
limonade lion liquide loisir losange loup loutre lucarne lueur luge lundi lunettes lutin lynx madame magasin
magicien maillot main mairie maison mammouth manchot mandarine mangue manoir manteau mardi marelle marmite
marmotte marron matelas melon menhir menthe mercredi merle message mesure miette mimosa minute miroir mobile
moineau monde montagne montre morceau moufle moulin mousse moustache muguet musique myrtille nacelle nageur
nappe nature navette navire nectar neige noisette noix nombre nord novembre nuage oasis objet octobre olive
olivier oncle opale orage orbite orchestre oreille orgue origami ortie osier ouest ourson outil ouvrage page
paille palais palette palmier panda panier panneau pantalon papaye papillon paquet parachute parade parapluie
parasol parfum passage pastel patin patron peigne pelouse peluche pendule perche perroquet persil phare phoque
photo piano pigeon pilote piment pinceau pingouin pionnier piscine pivert pivoine pizza placard planche plante
plateau plongeon plume poche poivre poivron pollen pomme pompier poney pont portail porte portrait poterie
potier potiron prairie prince printemps promenade proverbe prune pull puzzle pyramide quartier quartz question
quille quinoa racine radio rail raisin rame raquette recette refrain regard renne repas reptile rire robe robot
rocher roman rondelle roseau rossignol royaume ruban ruche rugby ruisseau rythme sabot safran salon samedi
sandale sandwich sardine saumon sauterelle savane savoir science sculpture seau serpent serrure sirop soie
soleil sommet sonate sonnette sorbet souffle soulier soupe sourire souris spectacle sport statue stylo sucre
surprise symbole symphonie tableau tablier tabouret tambour tante tapis tartine taureau taxi temple tennis
terrain terre texte thermos tigre tilleul timbre tissu toboggan toile tomate tonneau torrent tortue toucan
toupie tour tournesol tracteur trampoline tremplin tresse triangle tricot triton trombone trompette trottoir
truite tulipe tunnel turbine tuyau univers vacances vaisseau valise vallon vanille vapeur velours vendredi vent
vernis village violette violon virgule visage vitamine vitrail vitre voilier voisin voiture volant volcan volet
voyage voyelle yaourt yoga zigzag zinc zodiaque
""".split()  # noqa: SIM905  eight hundred quotation marks would be read by nobody
)
